import { binding } from '../../../test/fixtures/access.ts';
import { type PodFixture, pod } from '../../../test/fixtures/cluster.ts';
import { correctionsOf, findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { saDefaultAutomount } from './sa-default-automount.ts';

interface Access {
  serviceAccountName?: string;
  /** Name of a projected volume. */
  volume?: string;
}

/** A pod as it is after admission, in a namespace of the platform unless another is named. */
function podWith({ serviceAccountName = 'default', volume = 'kube-api-access-x7k2p' }: Access = {}, options: PodFixture = {}, name = 'p') {
  const made = pod(name, { namespace: 'monitoring', deployment: 'web', ...options });
  return { ...made, spec: { ...made.spec, serviceAccountName, volumes: volume ? [{ name: volume, projected: {} }] : [] } };
}

const found = (...pods: object[]) => findingsOf(saDefaultAutomount, { pods });
const serviceAccount = (automountServiceAccountToken?: boolean) => ({
  metadata: { name: 'default', namespace: 'monitoring' },
  ...(automountServiceAccountToken === undefined ? {} : { automountServiceAccountToken }),
});

describe('sa-default-automount fires', () => {
  it('once for all workloads, however many pods each has', () => {
    const pods = [
      podWith({}, {}, 'web-1'),
      podWith({}, {}, 'web-2'),
      podWith({}, { namespace: 'kube-system', deployment: 'dns' }, 'dns-1'),
    ];
    expect(found(...pods)).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'DefaultToken',
        message:
          '2 workloads in platform namespaces run as the default ServiceAccount and with its token: Deployment/kube-system/dns, Deployment/monitoring/web. Give each a ServiceAccount of its own, or take the token away.',
      },
    ]);
  });

  it('and says where only a restart is missing', () => {
    const [finding] = findingsOf(saDefaultAutomount, { pods: [podWith()], serviceaccounts: [serviceAccount(false)] });
    expect(finding?.message).toMatch(/In monitoring the ServiceAccount is set so already: restart the pods/);
  });
});

describe('sa-default-automount at its boundaries', () => {
  it.each([
    ['nothing', undefined],
    ['that it is wanted', true],
  ])('speaks of no restart where the ServiceAccount says %s', (_, automount) => {
    const [finding] = findingsOf(saDefaultAutomount, { pods: [podWith()], serviceaccounts: [serviceAccount(automount)] });
    expect(finding?.message).toMatch(/^1 workload in platform namespaces runs .+ or take the token away\.$/);
  });

  it('judges without the ServiceAccounts where they cannot be read', () => {
    const knowledge = { serviceaccounts: { state: 'NotPermitted', message: 'forbidden' } } as const;
    expect(findingsOf(saDefaultAutomount, { pods: [podWith()], knowledge })).toHaveLength(1);
  });

  it('takes the namespaces of the platform from the coverage', () => {
    const pods = [podWith({}, { namespace: 'tools' })];
    expect(findingsOf(saDefaultAutomount, { pods }, {}, { platformNamespaces: ['tools'] })).toHaveLength(1);
    expect(findingsOf(saDefaultAutomount, { pods }, {}, { platformNamespaces: ['monitoring'] })).toHaveLength(0);
  });
});

describe('sa-default-automount is silent', () => {
  it.each<[string, Access, PodFixture]>([
    ['for a ServiceAccount of its own', { serviceAccountName: 'web' }, {}],
    ['for a pod without the token, whichever of pod and ServiceAccount says so', { volume: '' }, {}],
    ['for a token for somebody else than the API server', { volume: 'vault-token' }, {}],
    ['for an application’s namespace', {}, { namespace: 'shop' }],
    ['for a pod that is being deleted, as in a rolling update', {}, { deleting: true }],
    ['for a pod that has ended', {}, { phase: 'Succeeded' }],
  ])('%s', (_, access, options) => {
    expect(found(podWith(access, options))).toEqual([]);
  });

  it('for the pod of a Job, which comes and goes', () => {
    const job = podWith();
    const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'backup-28923450', uid: 'u', controller: true }];
    expect(found({ ...job, metadata: { ...job.metadata, ownerReferences } })).toEqual([]);
  });

  it('for a static pod, which has no ServiceAccount', () => {
    expect(found(pod('kube-apiserver-a', { namespace: 'kube-system', nodeName: 'a' }))).toEqual([]);
  });
});

it('sa-default-automount is unknown, not healthy, where pods cannot be read', () => {
  const message = 'the operator may not list and watch pods: forbidden';
  expect(verdictOf(saDefaultAutomount, { knowledge: { pods: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});

describe('sa-default-automount corrects', () => {
  const commands = (extra: object = {}) =>
    correctionsOf(saDefaultAutomount, { pods: [podWith()], serviceaccounts: [serviceAccount()], ...extra });
  const command = `kubectl patch serviceaccounts default -n monitoring --type merge -p '{"automountServiceAccountToken":false}'`;

  it('the default ServiceAccount of a namespace where nothing is granted to it', () => {
    expect(commands()).toEqual([command]);
  });

  it.each<[string, object]>([
    [
      'a role is granted to it',
      { rolebindings: [binding({ name: 'x', namespace: 'monitoring', role: 'Role/x', subjects: ['ServiceAccount/monitoring/default'] })] },
    ],
    [
      'a role is granted to all of its namespace',
      { clusterrolebindings: [binding({ name: 'x', role: 'ClusterRole/x', subjects: ['Group/system:serviceaccounts:monitoring'] })] },
    ],
    ['it is so already', { serviceaccounts: [serviceAccount(false)] }],
    ['it cannot be told what is granted to it', { knowledge: { rolebindings: { state: 'Stale', message: 'stale' } } }],
  ])('nothing where %s', (_, extra) => {
    expect(commands(extra)).toEqual([]);
  });
});
