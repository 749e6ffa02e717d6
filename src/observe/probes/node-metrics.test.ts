import { now } from '../../../test/fixtures/cluster.ts';
import type { KubeRequest, Transport } from '../../kube/transport.ts';
import { nodeMetrics } from './node-metrics.ts';

async function ask(answer: object) {
  const requests: KubeRequest[] = [];
  const json = async (request: KubeRequest) => {
    requests.push(request);
    return answer;
  };
  const transport = { json } as unknown as Transport;
  const usages = await nodeMetrics.ask({ transport, signal: new AbortController().signal, now, list: () => [], before: undefined });
  return { usages: Object.fromEntries(usages), requests };
}

it('what nodes use is read in cores and bytes, in one request, which is a list', async () => {
  const items = [
    { metadata: { name: 'a' }, timestamp: 't', window: '20s', usage: { cpu: '156340123n', memory: '1048576Ki' } },
    { metadata: { name: 'b' }, usage: { cpu: '2', memory: '512Mi' } },
  ];
  const { usages, requests } = await ask({ kind: 'NodeMetricsList', items });
  expect(usages).toEqual({ a: { cpu: expect.closeTo(0.156340123, 9), memory: 2 ** 30 }, b: { cpu: 2, memory: 2 ** 29 } });
  expect(requests.map(({ method, path }) => [method, path])).toEqual([[undefined, '/apis/metrics.k8s.io/v1beta1/nodes']]);
  expect(nodeMetrics.rules).toEqual([{ apiGroups: ['metrics.k8s.io'], resources: ['nodes'], verbs: ['list'] }]);
});

it.each<[string, object]>([
  ['has no items', {}],
  ['has items without a name or without numbers', { items: [{ usage: { cpu: '1', memory: '1' } }, { metadata: { name: 'a' } }] }],
  ['has numbers that are none', { items: [{ metadata: { name: 'a' }, usage: { cpu: 'much', memory: '1Gi' } }] }],
])('an answer that %s says nothing', async (_, answer) => {
  expect((await ask(answer)).usages).toEqual({});
});
