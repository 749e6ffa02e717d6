import { type ControlPlane, startControlPlane } from '../controlplane/controlplane.ts';
import { waitFor } from '../controlplane/wait.ts';
import { type Kubectl, kubectlFor } from '../installation/coverage.ts';
import { install, namespace, type Operator, startOperator } from '../installation/operator.ts';

/**
 * api-deprecated-requested on the real API server, as its metrics tell it. 1.37 serves no version by itself that is deprecated with a release
 * that removes it, so two are switched on: 1.38 removes resource.k8s.io/v1beta1 and 1.39 v1beta2.
 */

let cluster: ControlPlane;
let operator: Operator;
let kubectl: Kubectl;

async function found(): Promise<string[]> {
  await kubectl.runNow('requests');
  const { findings = [] } = (await kubectl.report('requests.local'))?.status ?? {};
  return findings
    .filter(({ check }) => check === 'api-deprecated-requested')
    .map(({ object, severity }) => `${severity} ${object}`)
    .sort();
}

const request = (path: string) => cluster.kubectl(['get', '--raw', path]);
const metrics = async () => (await request('/metrics')).stdout;
const named = async (resource: string) =>
  (await metrics()).split('\n').some((line) => line.startsWith('apiserver_requested_deprecated_apis{') && line.includes(`"${resource}"`));

beforeAll(async () => {
  const served = '--runtime-config=resource.k8s.io/v1beta1=true,resource.k8s.io/v1beta2=true';
  cluster = await startControlPlane({ kwok: false, extraArgs: { 'kube-apiserver': [served] } });
  kubectl = kubectlFor(cluster);
  await install(cluster);
  operator = await startOperator(cluster);
  await cluster.apply({
    apiVersion: 'platformsupport.io/v1alpha1',
    kind: 'SupportCoverage',
    metadata: { name: 'requests', namespace },
    spec: { tier: 'Level1', checks: { schedule: '0 0 1 1 *', settings: [{ check: 'api-deprecated-requested', for: '0s' }] } },
  });
}, 180_000);

afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
}, 60_000);

const removedNext = 'critical APIService/v1beta1.resource.k8s.io';
const removedLater = 'warning APIService/v1beta2.resource.k8s.io';

it('silent: a deprecated API that stays, one that is served and not requested, and one of which only the discovery is read', async () => {
  await request('/api/v1/endpoints');
  await request('/apis/resource.k8s.io/v1/deviceclasses');
  await request('/apis/resource.k8s.io/v1beta1');
  expect(await named('endpoints')).toBe(true);
  expect(await found()).toEqual([]);
  const { checks = [] } = (await kubectl.report('requests.local'))?.status ?? {};
  expect(checks.find(({ check }) => check === 'api-deprecated-requested')?.outcome).toBe('Pass');
}, 60_000);

it('fires where the next minor removes what was requested, gravely, and where a later one does', async () => {
  await request('/apis/resource.k8s.io/v1beta1/deviceclasses');
  expect(await found()).toEqual([removedNext]);
  await request('/apis/resource.k8s.io/v1beta2/namespaces/default/resourceclaimtemplates');
  expect(await found()).toEqual([removedNext, removedLater]);
}, 60_000);

it('stays when the API server restarts, which forgets the requests, and the operator has seen them', async () => {
  await cluster.components['kube-apiserver'].stop();
  await cluster.components['kube-apiserver'].start();
  expect(await named('deviceclasses')).toBe(false);
  expect(await found()).toEqual([removedNext, removedLater]);
}, 120_000);

it('resolves where neither the API server nor the operator knows of a request', async () => {
  await operator.stop();
  await operator.start();
  await waitFor('the finding to be resolved', async (see) => see(await found()).length === 0, { deadlineMs: 60_000, intervalMs: 1_000 });
  expect(await named('deviceclasses')).toBe(false);
}, 120_000);
