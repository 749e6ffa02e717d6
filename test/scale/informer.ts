/**
 * The comparison: the same collections read by client-node's informer with its typed API, as a program would that uses the library alone.
 *
 * Usage: informer.ts <kubeconfig> <collections as JSON>; prints one line of JSON (Reading).
 */
import { KubeConfig, KubernetesObjectApi, ListWatch, Watch } from '@kubernetes/client-node';
import type { Collection } from './collections.ts';
import { peakRssMb } from './process-figures.ts';
import type { Reading } from './reading.ts';

const [kubeconfig = '', collections = '[]'] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const api = KubernetesObjectApi.makeApiClient(config);

/** Resolves to the number of objects once the list is read and the watch begun. */
async function inform({ path, apiVersion, kind, namespace, fieldSelector, labelSelector }: Collection): Promise<number> {
  const list = () => api.list(apiVersion, kind, namespace, undefined, undefined, undefined, fieldSelector, labelSelector);
  // This is what makeInformer returns; makeInformer itself has no parameter for a field selector.
  const informer = new ListWatch(path, new Watch(config), list, false, labelSelector, fieldSelector);
  const failed = new Promise<never>((_, reject) => informer.on('error', reject));
  await Promise.race([informer.start(), failed]);
  return informer.list().length;
}

const startedAt = performance.now();
const objects = await Promise.all((JSON.parse(collections) as Collection[]).map(inform));
const reading: Reading = {
  seconds: (performance.now() - startedAt) / 1000,
  peakRssMb: peakRssMb('self'),
  objects: objects.reduce((sum, some) => sum + some, 0),
};
console.log(JSON.stringify(reading));
process.exit(0);
