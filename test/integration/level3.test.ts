import { deliveryTools } from '../../src/api/v1alpha1/supportcoverage.ts';
import { checks } from '../../src/checks/catalogue.ts';
import { level3 } from './scenarios/catalogue.ts';
import { tryScenarios } from './scenarios/harness.ts';

tryScenarios({
  name: 'level3',
  tier: 'Level3',
  scenarios: level3,
  spec: () => ({ scope: { namespaces: { exclude: ['other-*'] }, deliveryTooling: [...deliveryTools] } }),
});

it('every check of Level 3 has a scenario here', () => {
  const tried = level3.map(({ check }) => check);
  expect(checks.filter(({ id, tier }) => tier === 'Level3' && !tried.includes(id)).map(({ id }) => id)).toEqual([]);
});
