import fc from 'fast-check';
import { clusterOf, now, pod as plainPod } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { crashing, elsewhere, type PodStateFixture, podWith, shopWith, stuckRollout } from '../../../test/fixtures/workloads.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { podCrashloop } from '../workloads/pod-crashloop.ts';
import { workloadMismatch } from '../workloads/workload-mismatch.ts';
import { imagePull } from './image-pull.ts';

const missing = 'failed to resolve reference "registry.example.com/app:1": registry.example.com/app:1: not found';
const refused = 'failed to resolve reference "registry.example.com/app:1": 401 Unauthorized';
const waiting = (options: PodStateFixture & { name?: string; reason?: string; said?: string; image?: string } = {}) => {
  const { name = 'web-1', reason = 'ErrImagePull', said = missing, image = 'registry.example.com/app:1', ...rest } = options;
  return podWith(name, { notReady: 90, containers: [{ waiting: reason, said, image }], ...rest });
};
const found = (...pods: object[]) => findingsOf(imagePull, shopWith(pods));
const placeOf = (...pods: object[]) => {
  const { checks } = configureChecks([imagePull], []);
  return runCheck(checks[0]!, clusterOf(shopWith(pods)), now, createAgreement()).observations.map(({ stage, cause }) => [stage, cause]);
};

describe('image-pull fires', () => {
  it('on the Deployment of an image that is not there', () => {
    expect(found(waiting())).toEqual([
      {
        object: 'Deployment/shop/web',
        severity: 'warning',
        reason: 'ImageNotPulled',
        message:
          'Images of Deployment/shop/web cannot be pulled: registry.example.com/app:1 (the registry has no such image, tag or platform) (pod web-1). See the Events: kubectl -n shop describe pod.',
      },
    ]);
    expect(placeOf(waiting())).toEqual([['Artifact', 'ImageMissing']]);
  });

  it.each([
    ['credentials that are refused', refused, 'Authentication', 'CredentialsRejected'],
    [
      'credentials that are not there',
      'Get https://registry.example.com/v2/: no basic auth credentials',
      'Authentication',
      'CredentialsMissing',
    ],
    ['a limit', 'toomanyrequests: You have reached your pull rate limit.', 'Artifact', 'RateLimited'],
    ['a registry that cannot be reached', 'dial tcp: lookup registry.example.com: no such host', 'Artifact', 'NetworkUnreachable'],
    ['a certificate', 'Get "https://registry.example.com/v2/": x509: certificate signed by unknown authority', 'Artifact', 'TLS'],
    ['what nobody knows', 'rpc error: code = Unknown desc = it did not work', 'Artifact', 'Unknown'],
  ])('and tells of %s', (_, said, stage, cause) => {
    expect(placeOf(waiting({ said }))).toEqual([[stage, cause]]);
  });

  it('for a name that no image can have', () => {
    const pod = waiting({ reason: 'InvalidImageName', said: "couldn't parse image name", image: 'registry.example.com/App:1' });
    expect(found(pod)[0]?.message).toContain('registry.example.com/App:1 (no image can have such a name)');
    expect(placeOf(pod)).toEqual([['Deploy', 'InvalidManifest']]);
  });

  it('once a workload, with each image that its pods wait for', () => {
    const other = waiting({ name: 'web-2', image: 'registry.example.com/other:2', said: refused });
    expect(found(waiting(), other).map(({ message }) => message)).toEqual([
      'Images of Deployment/shop/web cannot be pulled: registry.example.com/app:1 (the registry has no such image, tag or platform), registry.example.com/other:2 (the registry refuses it: see whether the pull Secret has expired and may read this, and whether there is such a repository) (pods web-1, web-2). See the Events: kubectl -n shop describe pod.',
    ]);
  });

  it('with the cause that any of the pods knows', () => {
    expect(placeOf(waiting({ said: '' }), waiting({ name: 'web-2' }))).toEqual([['Artifact', 'ImageMissing']]);
  });

  it('with the last cause while the kubelet only says that it waits to try again', () => {
    const again = waiting({ reason: 'ImagePullBackOff', said: 'Back-off pulling image "registry.example.com/app:1"' });
    expect(found(waiting(), again)).toEqual(found(waiting()));
    const otherImage = waiting({ reason: 'ImagePullBackOff', said: 'Back-off pulling image "b"', image: 'b' });
    expect(placeOf(waiting(), otherImage)).toEqual([['Artifact', 'Unknown']]);
  });

  it('for an init container and for a pod of a Job', () => {
    const initContainers = [{ name: 'migrate', waiting: 'ErrImagePull', said: missing }];
    expect(
      found(podWith('web-1', { notReady: 90, initializing: true, initContainers, containers: [{ waiting: 'PodInitializing' }] })),
    ).toHaveLength(1);
    expect(found(waiting({ owner: 'Job/import' })).map(({ object }) => object)).toEqual(['Job/shop/import']);
  });

  it('alone, where a rollout waits for the image longer than it may', () => {
    const cluster = shopWith([waiting()], { deployments: [stuckRollout] });
    expect(findingsOf(imagePull, cluster)).toHaveLength(1);
    for (const check of [podCrashloop, workloadMismatch]) expect(findingsOf(check, cluster)).toEqual([]);
  });
});

describe('image-pull at its boundaries', () => {
  it('fires at exactly 15 minutes and not a second before', () => {
    expect(found(waiting({ notReady: 15 }))).toHaveLength(1);
    expect(found(waiting({ notReady: 15 - 1 / 60 }))).toHaveLength(0);
  });

  it('counts from the end of the init containers', () => {
    expect(found(waiting({ notReady: 300, initialized: 1 }))).toEqual([]);
  });
});

describe('image-pull is silent', () => {
  it.each<[string, object]>([
    ['for a pod that runs', podWith('web-1')],
    ['for an image that is being pulled', podWith('web-1', { notReady: 90, containers: [{ waiting: 'ContainerCreating' }] })],
    ['for a crash loop', crashing('web-1')],
    ['for a container whose configuration is missing', waiting({ reason: 'CreateContainerConfigError' })],
    ['for a pod that no node takes', plainPod('web-1', { namespace: 'shop', unschedulable: '0/1 nodes are available.' })],
  ])('%s', (_, pod) => {
    expect(found(pod)).toEqual([]);
  });

  it.each(elsewhere((options) => waiting(options)).filter(([what]) => !what.startsWith('of a rollout')))(
    'for a pod %s',
    (_, cluster, agreement) => {
      expect(findingsOf(imagePull, cluster, {}, agreement)).toEqual([]);
    },
  );
});

it('image-pull shows no credential, whatever the image is called and whatever the registry says', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'abcdefghjkmnpqrstuvwxyz23456789'), minLength: 20, maxLength: 40 });
  fc.assert(
    fc.property(secret, fc.boolean(), (password, inImage) => {
      const image = inImage ? `bot:${password}@registry.example.com/app:1` : 'registry.example.com/app:1';
      const said = `failed to do request: Head "https://bot:${password}@registry.example.com/v2/": x509: unknown authority; token=${password}`;
      expect(JSON.stringify(found(waiting({ image, said })))).not.toContain(password);
    }),
  );
});

it('image-pull is unknown, not healthy, where pods cannot be read', () => {
  const message = 'the operator may not list and watch pods: pods is forbidden';
  expect(verdictOf(imagePull, { knowledge: { pods: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
