import type { ResourceName } from '../../src/observe/catalogue.ts';
import { condition } from './scenarios/delivered.ts';
import { ago } from './scenarios/own-nodes.ts';
import { crashing, createPod, createWorkload, podName, podsOfWorkload, type Writer } from './storm-world.ts';

/** Networking and delivery objects that are odd, and those of them that are broken. What is well is called fine-…, and lies in `calm` or beside the others. */

export const secrets = { password: 'hunter2Kc2VjcmV0cGFzc3dvcmQ', token: 'c2VjcmV0dG9rZW5pbnF1ZXJ5', user: 'tok3nInPlaceOfAUser7f3a9' };
const url = `https://bot:${secrets.password}@git.example.com/shop.git?private_token=${secrets.token}`;
const tokenUrl = `https://${secrets.user}@git.example.com/shop.git`;
const foreign = '无法连接到服务器：配置无效，请联系管理员。';
/** 100 KB of UTF-8, no word of which is known. */
const long = foreign.repeat(1_700);

export const platform = 'flux-system';
export const builds = 'builds';
const sources: readonly ResourceName[] = ['gitrepositories', 'helmrepositories', 'ocirepositories', 'buckets'];
const flux: readonly ResourceName[] = [...sources, 'kustomizations', 'helmreleases'];

async function put(writer: Writer, resource: ResourceName, name: string, namespace: string, spec: object, status?: unknown): Promise<void> {
  await writer.create(resource, name, namespace, { spec });
  if (status !== undefined) await writer.setStatus(resource, name, namespace, status as object);
}

const failed = (message: string, reason = 'GitOperationFailed') => ({
  conditions: [condition('Ready', 'False', reason, message), condition('FetchFailed', 'True', reason, message)],
});

/** Of every kind of Flux and of Argo CD, with whatever a status may be that says nothing of a fault. */
const oddStatuses: Readonly<Record<string, unknown>> = {
  'no-status': undefined,
  'no-conditions': {},
  'unknown-types': { conditions: [condition('Sparkling', 'False', 'NoIdea'), condition('', 'True', ''), { type: null }, null] },
  'no-list': { conditions: { Ready: 'False' } },
  'a-text': { conditions: 'Ready=False' },
  'long-and-well': {
    conditions: [condition('Ready', 'True', 'Succeeded', long)],
    health: { status: 'Healthy', message: long },
    sync: { status: 'Synced' },
  },
  'odd-times': {
    conditions: [{ ...condition('Ready', 'Unknown', 'Progressing', foreign), lastTransitionTime: '20261123T110000Z' }],
    artifact: { revision: 7, lastUpdateTime: 'gestern' },
  },
  numbers: { conditions: [{ type: 'Ready', status: 'True', reason: 5, message: 6, lastTransitionTime: 7 }] },
};

export async function createFineDeliveries(writer: Writer): Promise<void> {
  for (const resource of [...flux, 'applications', 'pipelineruns'] as const)
    for (const [name, status] of Object.entries(oddStatuses)) await put(writer, resource, `fine-${name}`, platform, { url }, status);
}

/** In place before anything is agreed on, so that the baseline holds where it comes from. */
export async function createLeaky(writer: Writer): Promise<void> {
  const message = `failed to checkout and determine revision: unable to clone '${url}': authentication required: Unauthorized`;
  await put(writer, 'gitrepositories', 'leaky', platform, { url, secretRef: { name: 'git-login' } }, failed(message));
}

export async function createBrokenDeliveries(writer: Writer): Promise<void> {
  // So that it is cut within the address.
  const cut = `${'x '.repeat(1_000)}unable to clone '${tokenUrl}': Authorization: Bearer ${secrets.token}, password=${secrets.password}`;
  await put(writer, 'gitrepositories', 'leaky-token', platform, { url: tokenUrl }, failed(cut));
  await put(writer, 'gitrepositories', 'babel', platform, { url: tokenUrl }, failed(long, 'Kaputt'));
  const comparison = { ...condition('ComparisonError', 'True', ''), message: `failed to list refs of ${url}: authentication required` };
  const status = { conditions: [comparison, condition('Sparkling', 'False', 'NoIdea', long)], health: { status: 'Sparkling' } };
  await put(writer, 'applications', 'leaky', platform, { source: { repoURL: url } }, status);
}

const runsOfPipeline = 100;
export const pipelineRuns = 3_000;

/** One of thirty pipelines fails; `index` counts through the runs of one after the other. */
export async function createRun(writer: Writer, index: number): Promise<void> {
  const fails = index < runsOfPipeline;
  const name = fails ? 'broken' : `fine-${Math.floor(index / runsOfPipeline)}`;
  const completionTime = ago({ minutes: 10 + (index % runsOfPipeline) });
  const message = fails ? `${`step-build at ${url} ended with an error. `.repeat(60)}${foreign}` : 'Tasks Completed: 3';
  const ended = {
    ...condition('Succeeded', fails ? 'False' : 'True', fails ? 'Failed' : 'Succeeded', message),
    lastTransitionTime: completionTime,
  };
  await put(writer, 'pipelineruns', runName(index), builds, { pipelineRef: { name } }, { conditions: [ended], completionTime });
}

export const runName = (index: number) => `run-${index}`;

const web = { name: 'fine-web', port: { number: 80 } };
const rulesTo = (service: (rule: number) => object) =>
  Array.from({ length: 500 }, (_, rule) => ({
    host: `host-${rule}.example.com`,
    http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: service(rule) } }] },
  }));
const ports = [{ name: 'http', port: 80, targetPort: 80 }];
const endpoint = { addresses: ['10.20.0.1'], conditions: { ready: true } };
const ingress = (rules: readonly object[]) => ({ spec: { ingressClassName: 'edge', rules } });

async function slice(writer: Writer, name: string, service: string | undefined, endpoints: unknown): Promise<void> {
  await writer.create('endpointslices', name, 'calm', {
    metadata: service ? { labels: { 'kubernetes.io/service-name': service } } : {},
    ...{ addressType: 'IPv4', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], endpoints },
  });
}

/** What only looks broken. */
export async function createFineNetworking(writer: Writer): Promise<void> {
  await writer.create('ingressclasses', 'edge', undefined, { spec: { controller: 'example.com/edge' } });
  const service = (name: string, spec: object) => writer.create('services', name, 'calm', { spec: { ports, ...spec } });
  await service('fine-web', { selector: { app: 'fine-web' } });
  await slice(writer, 'fine-web-1', 'fine-web', [endpoint]);
  await slice(writer, 'fine-web-null', 'fine-web', null);
  await slice(writer, 'fine-web-unsaid', 'fine-web', [
    { addresses: ['10.20.0.2'], conditions: { ready: null } },
    { addresses: ['10.20.0.3'] },
  ]);
  await slice(writer, 'fine-orphan', 'gone', [endpoint]);
  await slice(writer, 'fine-nameless', undefined, null);
  await service('fine-manual', {});
  await slice(writer, 'fine-manual-1', 'fine-manual', [endpoint]);
  await service('fine-lonely', {});
  await service('fine-edge', { type: 'LoadBalancer', selector: { app: 'fine-web' } });
  await writer.setStatus('services', 'fine-edge', 'calm', { loadBalancer: { ingress: [{ hostname: 'fine.example.com' }] } });
  await writer.create('ingresses', 'fine-wide', 'calm', ingress(rulesTo(() => web)));
  await writer.create('ingresses', 'fine-manual', 'calm', ingress(rulesTo(() => ({ ...web, name: 'fine-manual' })).slice(0, 1)));
}

/** An Ingress of 500 rules, none of which leads anywhere. */
export async function createWideIngress(writer: Writer, namespace: string): Promise<void> {
  await writer.create('ingresses', 'wide', namespace, ingress(rulesTo((rule) => ({ ...web, name: `gone-${rule}` }))));
}

/** A load balancer whose controller says the same thing again and again. */
export async function createLoadBalancer(writer: Writer, namespace: string): Promise<void> {
  await writer.create('services', 'edge', namespace, { spec: { ports, type: 'LoadBalancer', selector: { app: 'edge' } } });
  await writer.setStatus('services', 'edge', namespace, { loadBalancer: { ingress: [{ hostname: 'edge.example.com' }] } });
  await writer.many('failures', 300, (index) => sayOfLoadBalancer(writer, namespace, `edge-${index}`, 'SyncLoadBalancerFailed'));
}

export async function sayOfLoadBalancer(writer: Writer, namespace: string, name: string, reason: string): Promise<void> {
  const at = ago({ seconds: 0 });
  await writer.create('load-balancer-events', name, namespace, {
    involvedObject: { kind: 'Service', name: 'edge', namespace },
    ...{ reason, type: 'Warning', message: `the cloud at ${url} refuses`, count: 1, firstTimestamp: at, lastTimestamp: at },
  });
}

/** A namespace in which much is broken, and which goes in the middle of it. */
export async function createDoomed(writer: Writer): Promise<void> {
  const place = { namespace: 'doomed', name: 'crash' };
  await createWorkload(writer, place);
  await writer.many('pods', podsOfWorkload, async (pod) => {
    await createPod(writer, place, pod);
    await writer.setStatus('pods', podName(place.name, pod), place.namespace, crashing('Waiting', 9));
  });
  await put(writer, 'gitrepositories', 'source', 'doomed', { url }, failed(`unable to clone '${url}': EOF`));
  await createWideIngress(writer, 'doomed');
}
