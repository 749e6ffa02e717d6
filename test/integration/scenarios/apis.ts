import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { crd, type Scenario, type World } from './scenario.ts';

/** Scenarios of versions of APIs. The next minor removes resource.k8s.io/v1beta1, the one after it v1beta2; level1.test.ts has both served. */

function deviceClass(name: string, version: string): Manifest {
  return { apiVersion: `resource.k8s.io/${version}`, kind: 'DeviceClass', metadata: { name }, spec: {} };
}

/** Plain `kubectl apply`, which keeps the manifest in an annotation, or `kubectl create`, which does not. */
async function kubectl({ cluster }: World, verb: 'apply' | 'create', manifest: Manifest): Promise<void> {
  await cluster.kubectl([verb, '-f', '-'], { input: JSON.stringify(manifest) });
}

const apiDeprecatedApplied: Scenario = {
  check: 'api-deprecated-applied',
  object: 'Cluster/local',
  fault: (world) => kubectl(world, 'apply', deviceClass('gpu', 'v1beta1')),
  mend: (world) => kubectl(world, 'apply', deviceClass('gpu', 'v1')),
  lookAlikes: [
    {
      what: 'an object applied in a version that stays and read in one that goes',
      arrange: async (world) => {
        await kubectl(world, 'apply', deviceClass('stays', 'v1'));
        await world.cluster.kubectl(['get', '--raw', '/apis/resource.k8s.io/v1beta1/deviceclasses/stays']);
      },
    },
    {
      what: 'an object applied in a version that only a later minor removes',
      arrange: (world) => kubectl(world, 'apply', deviceClass('later', 'v1beta2')),
    },
    {
      what: 'an object made in a version that goes, of which no manifest is kept',
      arrange: (world) => kubectl(world, 'create', deviceClass('made', 'v1beta1')),
    },
  ],
};

const group = 'crd-stored-version.example.com';

/** A CRD whose objects are stored in the last of the versions. */
function versioned(plural: string, versions: readonly string[], options: { labels?: Record<string, string>; unserved?: string } = {}) {
  const kind = `${plural[0]?.toUpperCase()}${plural.slice(1, -1)}`;
  const { metadata, spec, ...rest } = crd(kind, plural, group, 'v1', { namespaced: false });
  const [version] = (spec as { versions: object[] }).versions;
  const all = versions.map((name) => ({ ...version, name, served: name !== options.unserved, storage: name === versions.at(-1) }));
  return {
    ...rest,
    metadata: { ...metadata, ...(options.labels ? { labels: options.labels } : {}) },
    spec: { ...(spec as object), versions: all },
  };
}

const migrated = ({ patch }: World, plural: string) =>
  patch('crd', `${plural}.${group}`, { status: { storedVersions: ['v2'] } }, { status: true });

/** Stores objects in one version and from then on in the next. */
async function upgrade({ apply }: World, plural: string, options: { labels?: Record<string, string>; unserved?: string } = {}) {
  await apply(versioned(plural, ['v1'], options));
  await apply(versioned(plural, ['v1', 'v2'], options));
}

const crdStoredVersion: Scenario = {
  check: 'crd-stored-version',
  object: `CustomResourceDefinition/widgets.${group}`,
  prepare: ({ apply }) => apply(versioned('widgets', ['v1'])),
  fault: ({ apply }) => apply(versioned('widgets', ['v1', 'v2'])),
  mend: (world) => migrated(world, 'widgets'),
  lookAlikes: [
    { what: 'a CRD that serves two versions and always stored one', arrange: ({ apply }) => apply(versioned('gadgets', ['v1', 'v2'])) },
    {
      what: 'a CRD that no longer serves its old version, after the migration',
      arrange: async (world) => {
        await upgrade(world, 'movers');
        await migrated(world, 'movers');
        await world.apply(versioned('movers', ['v1', 'v2'], { unserved: 'v1' }));
      },
    },
    {
      what: "a CRD that the provider's addon manager keeps",
      arrange: (world) => upgrade(world, 'addons', { labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } }),
    },
    {
      what: 'a CRD that is being deleted and waits for an object of its own',
      arrange: async (world) => {
        const name = `leavers.${group}`;
        await world.apply(versioned('leavers', ['v1']));
        await world.cluster.kubectl(['wait', '--for=condition=Established', 'crd', name, '--timeout=30s']);
        const metadata = { name: 'last', finalizers: [`${group}/keep`] };
        await world.apply({ apiVersion: `${group}/v1`, kind: 'Leaver', metadata });
        await world.remove('crd', name);
        await world.apply(versioned('leavers', ['v1', 'v2']));
      },
    },
  ],
};

export const apis: readonly Scenario[] = [apiDeprecatedApplied, crdStoredVersion];
