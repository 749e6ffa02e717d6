import { createServer, type Server } from 'node:http';
import { nodeAddress, registry } from './node.ts';

/** A registry that has no image: it lets in nobody below /v2/private/, and knows nothing of all else. */
export async function startRegistry(): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const refused = url.startsWith('/v2/private/');
    const code = refused ? 'UNAUTHORIZED' : 'MANIFEST_UNKNOWN';
    response.writeHead(url === '/v2/' ? 200 : refused ? 401 : 404, {
      'content-type': 'application/json',
      ...(refused ? { 'www-authenticate': 'Basic realm="registry"' } : {}),
    });
    response.end(JSON.stringify(url === '/v2/' ? {} : { errors: [{ code, message: 'as it is meant to be' }] }));
  });
  await new Promise<void>((resolve) => server.listen(Number(registry.split(':')[1]), nodeAddress, resolve));
  return server;
}
