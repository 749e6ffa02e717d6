import type { ClusterFixture } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { running } from '../../../test/fixtures/versions.ts';
import type { AddonTarget } from '../agreement.ts';
import { configureChecks } from '../run.ts';
import { addonTarget } from './addon-target.ts';

const nginx: AddonTarget = { name: 'ingress-nginx', image: '*/ingress-nginx/controller', version: '>=1.12.0' };
const agreed = (...addons: AddonTarget[]) => ({ targets: { addons } });
const image = (tag: string) => `registry.k8s.io/ingress-nginx/controller${tag}`;
const deployed = (tag: string, options = {}): ClusterFixture => ({ deployments: [running('controller', [image(tag)], options)] });
const found = (cluster: ClusterFixture, ...addons: AddonTarget[]) =>
  findingsOf(addonTarget, cluster, {}, agreed(...(addons.length > 0 ? addons : [nginx])));
const verdict = (cluster: ClusterFixture, ...addons: AddonTarget[]) =>
  verdictOf(addonTarget, cluster, agreed(...(addons.length > 0 ? addons : [nginx])));

describe('addon-target fires', () => {
  it('for a workload whose image is outside the range', () => {
    expect(found(deployed(':v1.11.2'))).toEqual([
      {
        object: 'Deployment/ingress-nginx/controller',
        severity: 'warning',
        reason: 'AddonOutsideTarget',
        message:
          'Deployment/ingress-nginx/controller runs ingress-nginx v1.11.2, outside >=1.12.0 (spec.maintenance.targets.addons). Update it in the next maintenance window.',
      },
    ]);
  });

  it('for StatefulSets and DaemonSets too', () => {
    const workload = [running('controller', [image(':v1.11.2')])];
    expect(found({ statefulsets: workload, daemonsets: workload }).map(({ object }) => object)).toEqual(
      expect.arrayContaining(['StatefulSet/ingress-nginx/controller', 'DaemonSet/ingress-nginx/controller']),
    );
  });

  it('for a tag with a digest, which says the version', () => {
    expect(found(deployed(':v1.11.2@sha256:abc'))).toHaveLength(1);
  });

  it('once for a workload that runs several add-ons, naming each once', () => {
    const images = ['x/csi-driver:v1.0.0', 'x/csi-driver:v1.0.0', 'x/provisioner:v2.0.0'];
    const [finding, ...others] = found(
      { daemonsets: [running('csi', images)] },
      { name: 'csi', image: '*/csi-driver', version: '>=1.1.0' },
      { name: 'provisioner', image: '*/provisioner', version: '>=2.1.0' },
    );
    expect(others).toEqual([]);
    expect(finding?.message).toContain('runs csi v1.0.0, outside >=1.1.0, provisioner v2.0.0, outside >=2.1.0 (');
  });
});

describe('addon-target at its boundaries', () => {
  it.each([
    [':v1.11.99', 1],
    [':v1.12.0', 0],
    [':1.12.0-debian-12-r3', 0],
    [':1.12.0-rc.1', 1],
    [':1.12', 0],
    [':1.11', 1],
  ])('%s gives %d', (tag, count) => {
    expect(found(deployed(tag))).toHaveLength(count);
    expect(verdict(deployed(tag))).toBeUndefined();
  });

  it('looks only into the namespace that is named', () => {
    const cluster = {
      deployments: [running('own', [image(':v1.11.0')], { namespace: 'shop' }), running('controller', [image(':v1.12.0')])],
    };
    expect(found(cluster, { ...nginx, namespace: 'ingress-nginx' })).toEqual([]);
    expect(found(cluster)).toHaveLength(1);
  });

  it('waits 30 minutes, so that a rollout may end', () => {
    expect(configureChecks([addonTarget], []).checks[0]?.holdMs).toBe(30 * 60_000);
  });
});

describe('addon-target is silent', () => {
  it.each<[string, ClusterFixture]>([
    ['for what is within the range', deployed(':v1.13.0')],
    ['for what is scaled to zero', deployed(':v1.11.2', { replicas: 0 })],
    [
      'for other images of the same registry',
      { deployments: [running('w', [image(':v1.12.0'), 'registry.k8s.io/ingress-nginx/certgen:v1.4.0'])] },
    ],
    [
      'for a workload that is being deleted beside its successor',
      { deployments: [running('old', [image(':v1.11.2')], { deleting: true }), running('controller', [image(':v1.12.0')])] },
    ],
  ])('%s', (_, cluster) => {
    expect(found(cluster)).toEqual([]);
    expect(verdict(cluster)).toBeUndefined();
  });

  it('and not applicable where no targets are set', () => {
    expect(verdictOf(addonTarget, deployed(':v1.0.0'))).toBe('NotApplicable: no targets are set (spec.maintenance.targets.addons)');
  });
});

describe('addon-target is unknown, not healthy,', () => {
  it.each(['@sha256:abc', ':stable', ':latest', ''])('for an image named by %p', (tag) => {
    expect(found(deployed(tag))).toEqual([]);
    expect(verdict(deployed(tag))).toBe(
      `Unknown: ingress-nginx: the image ${image(tag)} of Deployment/ingress-nginx/controller does not say enough about its version`,
    );
  });

  it('for a tag that moves across the edge of the range', () => {
    expect(found(deployed(':1.12'), { ...nginx, version: '>=1.12.3' })).toEqual([]);
    expect(verdict(deployed(':1.12'), { ...nginx, version: '>=1.12.3' })).toContain('does not say enough');
  });

  it('where nothing runs such an image, while other add-ons are judged', () => {
    const dns = { name: 'dns', namespace: 'kube-system', image: '*/coredns', version: '*' };
    expect(verdict(deployed(':v1.11.2'), dns, nginx)).toBe('Unknown: dns: no container runs an image like */coredns in kube-system');
    expect(found(deployed(':v1.11.2'), dns, nginx)).toHaveLength(1);
  });

  it('where a range is none', () => {
    expect(verdict(deployed(':v1.11.2'), { ...nginx, version: 'newest' })).toBe(
      'Unknown: ingress-nginx: "newest" is not a range of versions',
    );
  });

  it.each(['deployments', 'statefulsets', 'daemonsets'] as const)('where %s cannot be read', (name) => {
    expect(verdict({ knowledge: { [name]: { state: 'NotPermitted', message: 'forbidden' } } })).toBe('Unknown: forbidden');
  });
});
