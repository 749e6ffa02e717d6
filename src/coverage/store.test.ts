import { createMemoryApi } from '../../test/fakes/memory-api.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';
import { KubeError } from '../kube/errors.ts';
import { createCoverageStore } from './store.ts';

const root = '/apis/platformsupport.io/v1alpha1/namespaces/support';
const own = `${root}/supportcoverages/production`;
const reportPath = `${root}/coveragereports/production.local`;
const coverage: SupportCoverage = {
  metadata: { name: 'production', namespace: 'support', uid: 'u1' },
  spec: { tier: 'Level1', suspend: false, reportLimit: 500 },
};
const report = { findings: [], checks: [] };

function setup() {
  const api = createMemoryApi();
  api.write(own, coverage);
  return {
    api,
    store: createCoverageStore(api),
    writes: () => api.requests.filter(({ method }) => method !== undefined && method !== 'GET'),
  };
}

describe('reading', () => {
  it('gives undefined for what is not there', async () => {
    const { store } = setup();
    expect(await store.readCoverage('support', 'nobody')).toBeUndefined();
    expect(await store.readReport('support', 'nobody')).toBeUndefined();
    expect(await store.readBaseline('support', 'nobody')).toBeUndefined();
  });

  it('fails where the answer is not known, so that nobody takes it for nothing', async () => {
    const { api, store } = setup();
    api.intercept(() => {
      throw new KubeError('Transient', 'etcd has no leader', { code: 503 });
    });
    await expect(store.readReport('support', 'production.local')).rejects.toThrow('etcd has no leader');
  });

  it('gives what is there', async () => {
    const { store } = setup();
    expect(await store.readCoverage('support', 'production')).toMatchObject({ metadata: { uid: 'u1' }, spec: { tier: 'Level1' } });
  });
});

describe('writing a status', () => {
  it('applies it as the operator’s own, to this object and no later one of the same name, without touching the spec', async () => {
    const { api, store, writes } = setup();
    await store.writeStatus(coverage, { lastCheckTime: '2026-11-23T12:00:00Z' }, 'healthy');
    expect(api.read(own)).toMatchObject({ spec: { tier: 'Level1' }, status: { lastCheckTime: '2026-11-23T12:00:00Z' } });
    expect(writes()[0]).toMatchObject({
      ...{ method: 'PATCH', path: `${own}/status`, contentType: 'application/apply-patch+yaml' },
      query: { fieldManager: 'support-coverage-operator', force: true },
      body: { apiVersion: 'platformsupport.io/v1alpha1', kind: 'SupportCoverage', metadata: { uid: 'u1' } },
    });
  });

  it('labels the coverage with its health, only where the label differs', async () => {
    const { api, store, writes } = setup();
    await store.writeStatus(coverage, {}, 'degraded');
    expect(api.read<SupportCoverage>(own)?.metadata.labels).toEqual({ 'platformsupport.io/health': 'degraded' });
    expect(writes()).toHaveLength(2);
    expect(writes()[1]?.body).toMatchObject({ metadata: { uid: 'u1' } });
    await store.writeStatus(api.read<SupportCoverage>(own)!, {}, 'degraded');
    expect(writes()).toHaveLength(3);
  });
});

describe('writing a report', () => {
  it('creates it, owned by the coverage so that it goes with it', async () => {
    const { api, store } = setup();
    const written = await store.writeReport(coverage, 'production.local', 'local', undefined, report);
    expect(api.read(reportPath)).toMatchObject({
      kind: 'CoverageReport',
      metadata: {
        ownerReferences: [{ kind: 'SupportCoverage', name: 'production', uid: 'u1', controller: true, blockOwnerDeletion: false }],
      },
      spec: { coverage: 'production', cluster: 'local' },
      status: report,
    });
    expect(written).toEqual(api.read(reportPath));
  });

  it('replaces the status of the one that was read, list by list', async () => {
    const { api, store } = setup();
    const first = await store.writeReport(coverage, 'production.local', 'local', undefined, { ...report, pending: [] });
    const second = await store.writeReport(coverage, 'production.local', 'local', first, report);
    expect(second.status).toEqual(report);
    expect(api.read(reportPath)).toMatchObject({ spec: { coverage: 'production', cluster: 'local' }, status: report });
  });

  it('is a Conflict where somebody else has changed it since', async () => {
    const { api, store } = setup();
    const first = await store.writeReport(coverage, 'production.local', 'local', undefined, report);
    api.write(reportPath, { ...first, metadata: { ...first.metadata, labels: { touched: 'yes' } } });
    await expect(store.writeReport(coverage, 'production.local', 'local', first, report)).rejects.toMatchObject({ kind: 'Conflict' });
  });

  it('is a Conflict where somebody else has created it since', async () => {
    const { api, store } = setup();
    api.write(reportPath, { metadata: { name: 'production.local' } });
    await expect(store.writeReport(coverage, 'production.local', 'local', undefined, report)).rejects.toMatchObject({ kind: 'Conflict' });
  });
});

it('a baseline is created with what was captured, owned by nobody, since it outlives the coverage', async () => {
  const { api, store } = setup();
  const spec = { cluster: 'local', facts: [{ fact: 'cluster-version', object: 'Cluster/local', value: { version: '1.37.2' } }] };
  const created = await store.createBaseline('support', 'production.local', spec);
  expect(created).toEqual(await store.readBaseline('support', 'production.local'));
  expect(api.read(`${root}/coveragebaselines/production.local`)).toMatchObject({ kind: 'CoverageBaseline', spec });
  expect(created.metadata).not.toHaveProperty('ownerReferences');
});
