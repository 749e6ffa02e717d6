import { checks } from '../../src/checks/catalogue.ts';
import { covered } from './scenarios/application-namespaces.ts';
import { scenarios } from './scenarios/catalogue.ts';
import { tryScenarios } from './scenarios/harness.ts';
import { keyService } from './scenarios/key-service.ts';

/** Within these the cluster is up to date; scenarios of version-target and addon-target leave them. */
const targets = {
  kubernetes: '>=1.30.0',
  addons: [{ name: 'demo-addon', namespace: 'platform-addon-target', image: '*/demo-addon', version: '>=2.0.0' }],
};

tryScenarios({
  name: 'level1',
  tier: 'Level1',
  scenarios,
  spec: () => ({ scope: { namespaces: { include: covered } }, maintenance: { targets } }),
  extraArgs: {
    'kube-apiserver': [
      // Versions that 1.38 and 1.39 remove: none that 1.37 serves by itself is deprecated with a release that removes it.
      '--runtime-config=resource.k8s.io/v1beta1=true,resource.k8s.io/v1beta2=true',
      `--encryption-provider-config=${keyService.config}`,
    ],
    'kube-controller-manager': ['--horizontal-pod-autoscaler-sync-period=1s'],
    'kube-scheduler': ['--leader-elect=true'],
  },
  start: () => keyService.start(),
  stop: () => keyService.remove(),
});

it('every check of Level 1 has a scenario here, or is tried elsewhere on the real API server', () => {
  // api-deprecated-requested: a request counts for an hour at least, so it cannot resolve here; deprecated-apis.test.ts has it.
  const elsewhere = ['api-deprecated-requested', 'node-unreachable', 'pod-unschedulable'];
  const tried = [...scenarios.map(({ check }) => check), ...elsewhere];
  expect(checks.filter(({ id, tier }) => tier === 'Level1' && !tried.includes(id)).map(({ id }) => id)).toEqual([]);
});
