import fc from 'fast-check';
import { application, ended } from '../../test/fixtures/argocd.ts';
import { type ClusterFixture, clusterOf, minutesAgo, now } from '../../test/fixtures/cluster.ts';
import { fluxCondition } from '../../test/fixtures/flux.ts';
import { failedTask, tektonRun } from '../../test/fixtures/tekton.ts';
import { deliveryTools } from '../api/v1alpha1/supportcoverage.ts';
import { collect } from '../baseline/capture.ts';
import { delivery } from '../baseline/facts/delivery.ts';
import { createAgreement } from '../checks/agreement.ts';
import { argocdApp } from '../checks/delivery/argocd-app.ts';
import { fluxHelmRelease } from '../checks/delivery/flux-helmrelease.ts';
import { fluxKustomization } from '../checks/delivery/flux-kustomization.ts';
import { fluxSource } from '../checks/delivery/flux-source.ts';
import { githubRunner } from '../checks/delivery/github-runner.ts';
import { patterns } from '../checks/delivery/patterns.ts';
import { tektonRun as tektonCheck } from '../checks/delivery/tekton-run.ts';
import { configureChecks, runCheck } from '../checks/run.ts';
import { deliverySummary } from './delivery-summary.ts';

/** Whatever a delivery object holds, no credential of it is in what people are shown. */

const checks = configureChecks([argocdApp, fluxSource, fluxKustomization, fluxHelmRelease, tektonCheck, githubRunner], []).checks;
const namespace = 'flux-system';
const agreement = createAgreement({ deliveryTooling: deliveryTools, platformNamespaces: [namespace] });

/** Long enough that it is in no text by chance, and as long as a signed token. */
const credential = fc.string({
  unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'),
  minLength: 24,
  maxLength: 1_000,
  size: 'max',
});

/** Where an address has been seen to hold one. */
const addresses: ((secret: string) => string)[] = [
  (secret) => `https://bot:${secret}@git.example.com/shop.git`,
  (secret) => `https://${secret}@git.example.com/shop.git`,
  (secret) => `ssh://git:${secret}@git.example.com:22/shop.git`,
  (secret) => `bot:${secret}@git.example.com/shop.git`,
  (secret) => `oci://bot:${secret}@registry.example.com:5000/charts/shop`,
  (secret) => `https://git.example.com/shop.git?private_token=${secret}`,
  (secret) => `https://bot:p@ss/${secret}@git.example.com/shop.git?ref=main&token=${secret}#readme`,
];

const samples = patterns.flatMap((pattern) => pattern.samples.map(({ text }) => text));

/** A message as a controller writes it, with the credential in the addresses that it names, or after what any message may begin with. */
const messages = (secret: string) =>
  fc
    .tuple(fc.constantFrom(...samples), fc.constantFrom(...addresses), fc.nat({ max: 9_000 }), fc.boolean())
    .map(([sample, address, before, leaks]) => {
      const named = sample.replaceAll(/(https?|ssh|oci):\/\/(?:git@)?/g, `$1://${leaks ? '' : 'bot:'}${secret}@`);
      // So that it is cut somewhere within.
      return `${'x '.repeat(before % 1_100)}${named} ${address(secret)} password=${secret} Authorization: Bearer ${secret}`;
    });

interface Texts {
  url: string;
  message: string;
  reason: string;
  revision: string;
  secretName: string;
}

const holders = credential.chain((secret) => {
  const address = fc.constantFrom(...addresses).map((write) => write(secret));
  const odd = fc.oneof(address, fc.constantFrom(`ghp_${secret}`, `token=${secret}`, `main@sha1:${'0'.repeat(40)}`, 'GitOperationFailed'));
  return fc.record({
    secret: fc.constant(secret),
    texts: fc.record({ url: address, message: messages(secret), reason: odd, revision: odd, secretName: odd }),
  });
});

function clusterWith({ url, message, reason, revision, secretName }: Texts): ClusterFixture {
  const at = minutesAgo(60);
  const metadata = { name: 'shop', namespace };
  const conditions = [
    { ...fluxCondition('Ready=False Failed', at), reason, message },
    { ...fluxCondition('FetchFailed=True Failed', at), reason: 'GitOperationFailed', message },
  ];
  const source = { metadata, spec: { url, secretRef: { name: secretName } }, status: { conditions, artifact: { revision } } };
  const reference = { kind: 'GitRepository', name: 'other' };
  const chart = { spec: { chart: url, version: revision, sourceRef: reference } };
  const app = (name: string, status: object) => application(name, { namespace, spec: { source: { repoURL: url, chart: url } }, ...status });
  return {
    gitrepositories: [source],
    ocirepositories: [source],
    helmrepositories: [source],
    buckets: [{ ...source, spec: { endpoint: url, bucketName: 'shop', secretRef: { name: secretName } } }],
    kustomizations: [{ metadata, spec: { path: url, sourceRef: reference }, status: { conditions, lastAttemptedRevision: revision } }],
    helmreleases: [{ metadata, spec: { chart }, status: { conditions, lastAttemptedRevision: revision } }],
    applications: [
      app('compared', { conditions: [`ComparisonError: ${message}`], status: { sync: { status: 'Unknown', revision } } }),
      app('synced', {
        sync: 'OutOfSync',
        operation: { ...ended('Failed', message), syncResult: { revision, resources: [{ status: 'SyncFailed', message }] } },
      }),
      app('degraded', { health: 'Degraded', healthMessage: message }),
    ],
    pipelineruns: [1, 2].map((minutes) => {
      const run = tektonRun('shop', minutes, { namespace, message, reason });
      return { ...run, status: { ...run.status, provenance: { refSource: { uri: url } } } };
    }),
    'failed-tasks': [failedTask('shop-1', 'build', message)].map((run) => ({ ...run, metadata: { ...run.metadata, namespace } })),
    autoscalingrunnersets: [
      {
        metadata,
        spec: { githubConfigUrl: url, template: { spec: { containers: [{ name: 'runner', image: url }] } } },
        status: { phase: 'Outdated' },
      },
    ],
    ephemeralrunners: [
      { metadata: { name: 'shop-1', namespace }, spec: { githubConfigUrl: url }, status: { phase: 'Failed', reason, message } },
    ],
  };
}

/** All that is made of them for people. */
function shown(cluster: ClusterFixture) {
  const view = clusterOf(cluster);
  return {
    observations: checks
      .map((check) => runCheck(check, view, now, agreement))
      .flatMap(({ observations, unknown }) => [...observations, unknown]),
    summary: deliverySummary({ view, agreement, now }),
    baseline: collect([delivery], view, agreement),
  };
}

it('whatever their url, message, reason, revision and name of a Secret hold', () => {
  fc.assert(
    fc.property(holders, ({ secret, texts }) => {
      const text = JSON.stringify(shown(clusterWith(texts)));
      expect(text).not.toContain(secret.slice(0, 16));
      expect(text).not.toContain(secret.slice(-16));
    }),
    { numRuns: 1_500 },
  );
});

it('and each of them is told of, and agreed on by its host and path', () => {
  const secret = 'c2VjcmV0c2VjcmV0c2VjcmV0';
  const url = `https://bot:${secret}@git.example.com/shop.git?token=${secret}`;
  const { observations, baseline } = shown(
    clusterWith({ url, message: 'kaputt', reason: 'Failed', revision: 'main', secretName: 'login' }),
  );
  const told = new Set(observations.flatMap((found) => (typeof found === 'object' ? [found.object] : [])));
  expect([...told].sort()).toEqual([
    'Application/flux-system/compared',
    'Application/flux-system/degraded',
    'Application/flux-system/synced',
    'AutoscalingRunnerSet/flux-system/shop',
    'Bucket/flux-system/shop',
    'EphemeralRunner/flux-system/shop-1',
    'GitRepository/flux-system/shop',
    'HelmRelease/flux-system/shop',
    'HelmRepository/flux-system/shop',
    'Kustomization/flux-system/shop',
    'OCIRepository/flux-system/shop',
    'Pipeline/flux-system/shop',
  ]);
  const [git] = baseline.entries.filter(({ object }) => object === 'GitRepository/flux-system/shop');
  expect(git?.value).toEqual({ source: 'https://git.example.com/shop.git?***' });
});

it('one whose texts are none is told of all the same', () => {
  const broken = { url: 5, message: { text: 'no' }, reason: ['no'], revision: 7, secretName: true } as unknown as Texts;
  const { observations } = shown(clusterWith(broken));
  expect(observations.filter((found) => typeof found === 'string')).toEqual([]);
  expect(observations.flatMap((found) => (typeof found === 'object' ? [found.object] : []))).toContain('GitRepository/flux-system/shop');
});
