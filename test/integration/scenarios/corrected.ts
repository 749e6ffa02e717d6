import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { namespace } from '../../installation/operator.ts';
import { custom } from './monitoring-stack.ts';
import { deployment, namespace as namespaceManifest } from './scenario.ts';

/** What corrections are made of, on the real API server. */

/** A daily window that begins so many hours from now, or began before. */
function windowFrom(hours: number) {
  const start = new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  return [{ name: 'daily', days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'], start, duration: '3h' }];
}

export const templates = 'platform-templates';
export const applications = ['shop', 'shop-mutated'];
const limits = { limits: [{ type: 'Container', default: { memory: '1Gi' }, defaultRequest: { cpu: '100m' } }] };
export const denying = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] };
const templateObjects: Manifest[] = [
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'defaults', namespace: templates, labels: { team: 'platform' } },
    spec: limits,
  },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'default-deny', namespace: templates }, spec: denying },
];
export const release = { release: 'stack' };
const byRelease = { serviceMonitorSelector: { matchLabels: release }, serviceMonitorNamespaceSelector: {} };
const serviceMonitor = (name: string, labels: object): Manifest => {
  const manifest = custom('servicemonitors', name, templates, { selector: {} });
  return { ...manifest, metadata: { ...(manifest.metadata as object), labels } } as Manifest;
};

/** Copies of templates, and the labels of monitors. */
export const copying = (hours: number, allow = ['ns-limitrange', 'obs-scrape-orphan']): Manifest => ({
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: 'copied', namespace },
  spec: {
    tier: 'Level1',
    checks: {
      schedule: '0 0 1 1 *',
      settings: ['ns-limitrange', 'ns-default-deny', 'obs-scrape-orphan'].map((check) => ({ check, for: '0s' })),
    },
    maintenance: { windows: windowFrom(hours) },
    corrections: {
      ...{ mode: 'Apply', allow },
      templates: { limitRange: { namespace: templates, name: 'defaults' }, networkPolicy: { namespace: templates, name: 'default-deny' } },
    },
  },
});

export const coverage = (hours: number): Manifest => ({
  apiVersion: 'platformsupport.io/v1alpha1',
  kind: 'SupportCoverage',
  metadata: { name: 'corrected', namespace },
  spec: {
    tier: 'Level1',
    checks: { schedule: '0 0 1 1 *', settings: [{ check: 'sa-default-automount', for: '0s' }] },
    maintenance: { windows: windowFrom(hours) },
    corrections: { mode: 'Apply', allow: ['sa-default-automount'] },
  },
});

/** Admission that touches ServiceAccounts that change, and LimitRanges that are made, in one namespace. */
export function policy(kind: 'Mutating' | 'Validating', inNamespace: string, spec: object, binding: object): Manifest[] {
  const resourceRules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['serviceaccounts'] },
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['limitranges'] },
  ];
  const matchConstraints = { resourceRules, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': inNamespace } } };
  const metadata = { name: inNamespace };
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}AdmissionPolicy`,
      metadata,
      spec: { failurePolicy: 'Fail', matchConstraints, ...spec },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: `${kind}AdmissionPolicyBinding`,
      metadata,
      spec: { policyName: inNamespace, ...binding },
    },
  ];
}

/** Two applications that have nothing of their own, the templates, and a monitor without the label of the others. */
export const copied = {
  namespaces: [...applications, templates].map((name) => namespaceManifest(name)),
  objects: [
    ...applications.map((name) => deployment('web', name)),
    ...templateObjects,
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: templates } },
      spec: { ports: [{ name: 'http', port: 80 }] },
    },
    custom('prometheuses', 'main', templates, byRelease),
    ...['a', 'b', 'c'].map((name) => serviceMonitor(name, release)),
    serviceMonitor('bare', {}),
  ],
};
