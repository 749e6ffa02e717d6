import { checks } from '../../src/checks/catalogue.ts';
import { alerting } from './scenarios/alerts.ts';
import { level2 } from './scenarios/catalogue.ts';
import { tryScenarios } from './scenarios/harness.ts';

tryScenarios({
  name: 'level2',
  tier: 'Level2',
  scenarios: level2,
  spec: () => ({
    scope: { namespaces: { exclude: ['other-*'] }, clusters: [{ name: 'local', alertSource: alerting.source() }] },
  }),
  flags: ['--allow-addresses', '127.0.0.0/8'],
  start: alerting.start,
  stop: alerting.stop,
  extraArgs: { 'kube-controller-manager': ['--horizontal-pod-autoscaler-sync-period=1s'] },
});

it('every check of Level 2 has a scenario here', () => {
  const tried = level2.map(({ check }) => check);
  expect(checks.filter(({ id, tier }) => tier === 'Level2' && !tried.includes(id)).map(({ id }) => id)).toEqual([]);
});
