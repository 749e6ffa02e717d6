import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { World } from './scenario.ts';

/** A volume of a claim, as a kubelet measures it. */
export interface MeasuredVolume {
  capacityBytes: number;
  availableBytes: number;
  usedBytes: number;
  inodes: number;
  inodesFree: number;
}

/** What answers in the place of a kubelet, which fake nodes have none of. */
export interface Kubelet {
  port: number;
  /** By `namespace/claim`. */
  volumes: Map<string, MeasuredVolume>;
}

type Review = { status?: { authenticated?: boolean; allowed?: boolean; user?: { username?: string; uid?: string; groups?: string[] } } };

async function review({ cluster }: World, group: string, kind: string, spec: object): Promise<Review['status']> {
  const manifest = { apiVersion: `${group}/v1`, kind, spec };
  const { stdout } = await cluster.kubectl(['create', '--output=json', '--filename=-'], { input: JSON.stringify(manifest) });
  return (JSON.parse(stdout) as Review).status;
}

/** As a kubelet with webhook authentication and authorization does: the token must be somebody's who may get nodes/stats of this node. */
async function mayReadStats(world: World, node: string, authorization = ''): Promise<boolean> {
  const token = authorization.replace(/^Bearer /, '');
  const who = await review(world, 'authentication.k8s.io', 'TokenReview', { token });
  if (!who?.authenticated) return false;
  const resourceAttributes = { verb: 'get', resource: 'nodes', subresource: 'stats', name: node };
  const spec = { user: who.user?.username, uid: who.user?.uid, groups: who.user?.groups, resourceAttributes };
  return (await review(world, 'authorization.k8s.io', 'SubjectAccessReview', spec))?.allowed === true;
}

function summaryOf(volumes: Kubelet['volumes']): object {
  const volume = [...volumes].map(([claim, measured]) => {
    const [namespace, name] = claim.split('/');
    return { name, pvcRef: { namespace, name }, ...measured };
  });
  return { pods: [{ volume }] };
}

/**
 * Answers at a port of 127.0.0.1, with the API server's own certificate: whoever verifies that of a kubelet by the cluster's authority can
 * verify this one too. Ends with the process.
 */
export async function startKubelet(world: World, node: string): Promise<Kubelet> {
  const file = (extension: string) => readFileSync(join(world.cluster.dir, 'certificates', `apiserver.${extension}`));
  const volumes: Kubelet['volumes'] = new Map();
  const server = createServer({ key: file('key'), cert: file('crt') }, (request, response) => {
    const answer = async () => {
      if (request.method !== 'GET' || request.url !== '/stats/summary') return response.writeHead(404).end();
      if (!(await mayReadStats(world, node, request.headers.authorization))) return response.writeHead(403).end();
      return response.end(JSON.stringify(summaryOf(volumes)));
    };
    answer().catch(() => response.writeHead(500).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return { port: (server.address() as AddressInfo).port, volumes };
}
