import type { ControlPlane, Manifest } from '../../controlplane/cluster-handle.ts';
import { waitFor } from '../../controlplane/wait.ts';
import { deployment, namespace, type Scenario } from './scenario.ts';

interface ServiceAccount {
  metadata: { name: string; namespace: string };
  automountServiceAccountToken?: boolean;
}

function serviceAccount(name: string, inNamespace: string, more: Partial<ServiceAccount> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', ...more, metadata: { name, namespace: inNamespace } };
}

const admissionGroup = 'admissionregistration.k8s.io';
const probeName = 'default-token-probe';

/** Default ServiceAccounts are made without a token in every namespace whose name does not end so. */
function noDefaultTokensPolicy(exceptSuffix: string): Manifest[] {
  const name = 'no-default-tokens';
  return [
    {
      apiVersion: `${admissionGroup}/v1`,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        reinvocationPolicy: 'Never',
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['serviceaccounts'] }],
        },
        matchConditions: [
          {
            name: 'default-elsewhere',
            expression: `object.metadata.name in ['default', '${probeName}'] && !request.namespace.endsWith('${exceptSuffix}')`,
          },
        ],
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{automountServiceAccountToken: false}' } }],
      },
    },
    { apiVersion: `${admissionGroup}/v1`, kind: 'MutatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name } },
  ];
}

/** Pods of other scenarios would be the fault as well: so they get no token, in namespaces that are there and in those to come. */
async function takeDefaultTokens(cluster: ControlPlane, exceptSuffix: string): Promise<void> {
  await cluster.apply(noDefaultTokensPolicy(exceptSuffix));
  await waitFor('the policy for default ServiceAccounts to count', async (see) => {
    const made = await cluster.kubectlJson<ServiceAccount>(['create', 'serviceaccount', probeName, '--dry-run=server']);
    return see(made).automountServiceAccountToken === false;
  });
  const all = ['get', 'serviceaccounts', '--all-namespaces', '--field-selector=metadata.name=default'];
  const { items } = await cluster.kubectlJson<{ items: ServiceAccount[] }>(all);
  const elsewhere = items.filter(({ metadata }) => !metadata.namespace.endsWith(exceptSuffix));
  await cluster.apply(
    elsewhere.map(({ metadata }) => serviceAccount('default', metadata.namespace, { automountServiceAccountToken: false })),
  );
}

const platform = 'platform-sa-default-automount';
const withoutTokens = `${platform}-off`;
const application = 'sa-default-automount';

const saDefaultAutomount: Scenario = {
  check: 'sa-default-automount',
  object: 'Cluster/local',
  prepare: async ({ cluster, apply }) => {
    await apply(namespace(platform), namespace(withoutTokens), namespace(application));
    await takeDefaultTokens(cluster, application);
    await apply(serviceAccount('own', platform));
  },
  fault: ({ apply }) => apply(deployment('agent', platform)),
  mend: ({ apply }) => apply(deployment('agent', platform, { pod: { automountServiceAccountToken: false } })),
  lookAlikes: [
    {
      what: 'a workload with a ServiceAccount of its own',
      arrange: ({ apply }) => apply(deployment('own', platform, { pod: { serviceAccountName: 'own' } })),
    },
    {
      what: 'the default ServiceAccount of a namespace where it has no token',
      arrange: ({ apply }) => apply(deployment('agent', withoutTokens)),
    },
    {
      what: 'a workload outside platform namespaces',
      arrange: ({ apply }) => apply(deployment('shop', application)),
    },
    {
      what: 'a token for somebody else than the API server',
      arrange: ({ apply }) => {
        const token = { serviceAccountToken: { audience: 'vault', path: 'token' } };
        const volumes = [{ name: 'vault-token', projected: { sources: [token] } }];
        return apply(deployment('vault-client', platform, { pod: { automountServiceAccountToken: false, volumes } }));
      },
    },
    {
      what: 'the pods of a Job, which come and go',
      arrange: ({ apply }) => {
        const container = { name: 'main', image: 'registry.example.com/migration:1.0.0' };
        const spec = { template: { spec: { restartPolicy: 'Never', containers: [container] } } };
        return apply({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migration', namespace: platform }, spec });
      },
    },
  ],
};

const tokens = 'sa-long-lived-token';
const tokenType = 'kubernetes.io/service-account-token';

function tokenSecret(name: string, more: Partial<Manifest['metadata']> = {}): Manifest {
  const annotations = { 'kubernetes.io/service-account.name': 'deployer', ...more.annotations };
  return { apiVersion: 'v1', kind: 'Secret', type: tokenType, metadata: { ...more, name, namespace: tokens, annotations } };
}

const saLongLivedToken: Scenario = {
  check: 'sa-long-lived-token',
  object: `Secret/${tokens}/deployer-token`,
  // The API server sets the creation time, so every token has to count as old.
  settings: { parameters: { maxDays: '0' } },
  prepare: ({ apply }) => apply(namespace(tokens), serviceAccount('deployer', tokens)),
  fault: ({ apply }) => apply(tokenSecret('deployer-token')),
  mend: ({ remove }) => remove('secret', 'deployer-token', tokens),
  lookAlikes: [
    {
      what: 'a token that expires, in a Secret of another type',
      arrange: async ({ cluster, apply }) => {
        const { stdout } = await cluster.kubectl(['create', 'token', 'deployer', `--namespace=${tokens}`]);
        const metadata = { name: 'expiring', namespace: tokens };
        await apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { token: stdout.trim() } });
      },
    },
    {
      what: 'a token that OpenShift makes and replaces itself',
      arrange: ({ apply }) =>
        apply(tokenSecret('deployer-dockercfg', { annotations: { 'kubernetes.io/created-by': 'openshift.io/create-dockercfg-secrets' } })),
    },
    {
      what: 'a token that the API server refuses since nobody used it for a year',
      arrange: ({ apply }) =>
        apply(tokenSecret('deployer-token-x7f2q', { labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } })),
    },
  ],
};

export const serviceAccounts: readonly Scenario[] = [saDefaultAutomount, saLongLivedToken];
