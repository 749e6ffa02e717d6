import { createHmac } from 'node:crypto';
import type { CoverageReport } from '../../src/api/v1alpha1/coveragereport.ts';
import type { Manifest } from '../controlplane/cluster-handle.ts';
import type { ControlPlane } from '../controlplane/controlplane.ts';
import type { Exchange, FakeApiServer } from '../fakes/fake-api-server.ts';
import { namespace } from '../installation/operator.ts';

/** What both files about the contract need: a coverage whose checks find nothing by themselves, a fault that is found at once, and what a webhook heard. */

export const loopback = ['--allow-addresses', '127.0.0.0/8,::1/128'];

/** A control plane without nodes lacks these after a while; nothing here is about them. */
const absent = [
  'dns-unhealthy',
  'obs-metrics-server',
  'obs-kube-state-metrics',
  'obs-node-exporter',
  'obs-log-collector',
  'obs-prometheus',
];
const settings = [...absent, 'obs-alertmanager'].map((check) => ({ check, enabled: false, reason: 'there is none here' }));

/** The checks run when they are asked to. */
export function coverageManifest(name: string, spec: object): Manifest {
  return {
    ...{ apiVersion: 'platformsupport.io/v1alpha1', kind: 'SupportCoverage', metadata: { name, namespace } },
    spec: { tier: 'Level1', checks: { schedule: '0 0 1 1 *', settings }, ...spec },
  };
}

export const secretManifest = (name: string, stringData: Record<string, string>): Manifest => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData },
});

/** Everybody who reaches the API server may read: critical, and found by the next check. */
export const openDoor = (name: string): Manifest => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'system:anonymous' }],
});

export const closeDoor = (cluster: ControlPlane, name: string) => cluster.kubectl(['delete', 'clusterrolebinding', name]);

interface Subject {
  id: string;
  check: string;
  object: string;
  severity: string;
  step: string;
}

/** As docs/notifications.md describes it. */
export interface CloudEvent {
  id: string;
  type: string;
  source: string;
  subject?: string;
  time: string;
  data: { summary: string; cluster: string; environment?: string; contact: string; opened: Subject[]; resolved: Subject[] };
}

export const requestsTo = ({ requests }: FakeApiServer, path: string) => requests.filter((request) => request.path === path);

export const heardAt = (receiver: FakeApiServer, path: string) =>
  requestsTo(receiver, path).map(({ body }) => JSON.parse(body) as CloudEvent);

/** The messages that said that an object was opened, or resolved. */
export const heardOf = (receiver: FakeApiServer, path: string, kind: 'opened' | 'resolved', object: string) =>
  heardAt(receiver, path).filter(({ data }) => data[kind].some((subject) => subject.object === object));

/** By the page's recipe. */
export function isGenuine({ headers, body }: Exchange, key: string): boolean {
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-supportcoverage-signature'])) ?? [];
  if (Math.abs(Date.now() / 1000 - Number(time)) > 300) return false;
  return signature === createHmac('sha256', key).update(`${time}.${body}`).digest('hex');
}

/** What of a report is to outlive an outage. */
export const openIn = (report: CoverageReport | undefined) =>
  (report?.status?.findings ?? []).map(({ id, object, severity, firstSeen, openedAt, notified }) => ({
    ...{ id, object, severity, firstSeen, openedAt, notified },
  }));

/** Everything of ours that somebody could read without being allowed to read Secrets. */
export async function readableText({ kubectl }: ControlPlane): Promise<string> {
  const kinds = 'supportcoverages,coveragereports,coveragebaselines,acknowledgements,events.events.k8s.io,leases,configmaps';
  const each = await Promise.all(['default', namespace].map((where) => kubectl(['get', kinds, '-n', where, '-o', 'yaml'])));
  return each.map(({ stdout }) => stdout).join('\n');
}
