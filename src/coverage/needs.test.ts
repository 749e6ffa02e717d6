import { facts } from '../baseline/catalogue.ts';
import { checks } from '../checks/catalogue.ts';
import { defineCheck } from '../checks/check.ts';
import { nodeNotReady } from '../checks/nodes/node-not-ready.ts';
import { noParameters } from '../checks/parameters.ts';
import { needsOf } from './needs.ts';

const higher = defineCheck({
  ...nodeNotReady,
  tier: 'Level2',
  needs: { resources: ['gateways'], optional: ['certificates'], probes: ['readyz'] },
  parameters: noParameters,
  evaluate: () => ({ observations: [] }),
});

it('a tier watches and asks what its own checks read, with the version, and nothing of higher tiers', () => {
  const catalogue = [{ ...nodeNotReady, needs: { resources: ['nodes' as const] } }, higher];
  expect(needsOf('Level1', catalogue, [])).toEqual({ watch: ['nodes'], ask: ['version'] });
  expect(needsOf('Level2', catalogue, [])).toEqual({ watch: ['certificates', 'gateways', 'nodes'], ask: ['readyz', 'version'] });
});

it('facts are read at every tier', () => {
  const { watch } = needsOf('Level1', [], facts);
  expect(watch).toEqual(expect.arrayContaining(['storageclasses', 'clusterrolebindings']));
  expect(needsOf('Level3', checks, facts).watch).toEqual(expect.arrayContaining(watch));
});
