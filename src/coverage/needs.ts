import type { Tier } from '../api/v1alpha1/fields.ts';
import type { Fact } from '../baseline/fact.ts';
import { areas, covers } from '../checks/areas.ts';
import type { Check } from '../checks/check.ts';
import type { ResourceName } from '../observe/catalogue.ts';
import { probesOf } from '../observe/cluster-view.ts';
import type { ProbeName } from '../observe/probes/catalogue.ts';

/** What an observer has to watch and ask for. */
export interface ClusterNeeds {
  watch: ResourceName[];
  ask: ProbeName[];
}

/** Every resource and probe that the checks up to a tier, and the facts, read; and the version, which the status shows. */
export function needsOf(tier: Tier, checks: readonly Check[], facts: readonly Fact[]): ClusterNeeds {
  const inTier = checks.filter((check) => covers(tier, check.tier) && covers(tier, areas[check.area].tier));
  const needs = [...inTier, ...factsUpTo(tier, facts)].map((reader) => reader.needs);
  return {
    watch: [...new Set(needs.flatMap(({ resources = [], optional = [] }) => [...resources, ...optional]))].sort(),
    ask: [...new Set<ProbeName>(['version', ...needs.flatMap(probesOf)])].sort(),
  };
}

/** The facts that are a part of a tier. */
export function factsUpTo(tier: Tier, facts: readonly Fact[]): Fact[] {
  return facts.filter((fact) => covers(tier, fact.tier ?? 'Level1'));
}
