/**
 * The yardstick: reads the initial state of every collection as a stream and throws it away. Nothing is parsed; of the bytes only the mark
 * is looked for with which the API server ends the initial state.
 *
 * Usage: raw-transfer.ts <kubeconfig> <collections as JSON>; prints one line of JSON (Reading).
 */
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { load } from 'js-yaml';
import type { Collection } from './collections.ts';
import { markFinder } from './mark-finder.ts';
import { peakRssMb } from './process-figures.ts';
import type { Reading } from './reading.ts';

const endMark = '"k8s.io/initial-events-end":"true"';

interface Server {
  url: string;
  ca: Buffer;
  token: string;
}

/** Of a kubeconfig as the test control plane writes it: one cluster, one token. */
function serverOf(file: string): Server {
  const { clusters, users } = load(readFileSync(file, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { token: string } }[];
  };
  const [{ cluster } = {}] = clusters;
  const [{ user } = {}] = users;
  if (!cluster || !user) throw new Error(`${file} has no cluster or no user`);
  return { url: cluster.server, ca: Buffer.from(cluster['certificate-authority-data'], 'base64'), token: user.token };
}

/** Resolves to the number of bytes once the initial state is complete. */
function transfer({ url, ca, token }: Server, { path, fieldSelector, labelSelector, metadataOnly }: Collection): Promise<number> {
  const query = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    sendInitialEvents: 'true',
    resourceVersionMatch: 'NotOlderThan',
    timeoutSeconds: '600',
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  });
  const headers = {
    authorization: `Bearer ${token}`,
    ...(metadataOnly ? { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json' } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = get(`${url}${path}?${query}`, { ca, agent: false, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} was answered with ${response.statusCode}`));
      let bytes = 0;
      const isEnd = markFinder(endMark);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (!isEnd(chunk)) return;
        resolve(bytes);
        request.destroy();
      });
      response.once('end', () => reject(new Error(`${path} ended before the initial state was complete`)));
    });
    request.once('error', reject);
  });
}

const [kubeconfig = '', collections = '[]'] = process.argv.slice(2);
const server = serverOf(kubeconfig);
const startedAt = performance.now();
const bytes = await Promise.all((JSON.parse(collections) as Collection[]).map((collection) => transfer(server, collection)));
const reading: Reading = {
  seconds: (performance.now() - startedAt) / 1000,
  peakRssMb: peakRssMb('self'),
  bytes: bytes.reduce((sum, some) => sum + some, 0),
};
console.log(JSON.stringify(reading));
