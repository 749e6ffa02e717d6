import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A key management service (KMS v2) for the API server, which says at /readyz that it is not ready where this does not answer. Nothing is
 * encrypted with its key but objects of a group that nobody serves, so all else works meanwhile.
 */
export interface KeyService {
  /** For the API server's --encryption-provider-config. */
  readonly config: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Lets every answer take so long from now on. */
  delay(milliseconds: number): void;
  /** Stops it and removes its files. */
  remove(): Promise<void>;
}

/** One field of a protobuf message: a string or bytes. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length > 127) throw new Error('longer than one byte can say');
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

/** The first field of a gRPC request of one message, which is what to encrypt or to decrypt. */
function firstField(request: Buffer): Buffer {
  const [tag = 0, length = 0] = request.subarray(5);
  if (tag !== 10 || length > 127) throw new Error(`not understood: ${request.toString('hex')}`);
  return request.subarray(7, 7 + length);
}

const key = 'key-1';

/** It encrypts nothing: no secret is ever given to it. */
const answers: Record<string, (request: Buffer) => Buffer> = {
  Status: () => Buffer.concat([field(1, 'v2'), field(2, 'ok'), field(3, key)]),
  Encrypt: (request) => Buffer.concat([field(1, firstField(request)), field(2, key)]),
  Decrypt: (request) => field(1, firstField(request)),
};

async function answer(stream: ServerHttp2Stream, path: string, delayMs: number): Promise<void> {
  const request = Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>));
  const message = answers[path.replace('/v2.KeyManagementService/', '')]?.(request) ?? Buffer.alloc(0);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([head, message]));
}

function createKeyService(): KeyService {
  const dir = mkdtempSync(join(tmpdir(), 'kms-'));
  const socket = join(dir, 'kms.sock');
  const config = join(dir, 'encryption.json');
  const kms = { apiVersion: 'v2', name: 'keys', endpoint: `unix://${socket}` };
  const resources = [{ resources: ['nothing.kms.example.com'], providers: [{ kms }, { identity: {} }] }];
  writeFileSync(config, JSON.stringify({ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'EncryptionConfiguration', resources }));
  const sessions = new Set<{ destroy(): void }>();
  let server: Http2Server | undefined;
  let delayMs = 0;

  async function stop(): Promise<void> {
    const stopped = server;
    if (!stopped) return;
    server = undefined;
    const closed = new Promise((resolve) => stopped.close(resolve));
    for (const session of sessions) session.destroy();
    sessions.clear();
    await closed;
  }

  return {
    config,
    start: async () => {
      const started = createServer();
      started.on('session', (session) => {
        sessions.add(session);
        session.once('close', () => sessions.delete(session));
      });
      started.on('stream', (stream: ServerHttp2Stream, headers) => {
        // The API server gives up on an answer that comes too late.
        answer(stream, headers[':path'] ?? '', delayMs).catch(() => stream.destroy());
      });
      await new Promise<void>((resolve) => started.listen(socket, resolve));
      server = started;
    },
    stop,
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    remove: async () => {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const keyService = createKeyService();
