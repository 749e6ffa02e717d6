import { mkdirSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { group } from '../src/api/v1alpha1/kinds.ts';
import { facts } from '../src/baseline/catalogue.ts';
import { checks } from '../src/checks/catalogue.ts';
import { type ResourceName, resources } from '../src/observe/catalogue.ts';
import { probesOf } from '../src/observe/cluster-view.ts';
import { eventTargets } from '../src/observe/event-targets.ts';
import { type Feature, featureNames } from '../src/observe/features.ts';
import { type ProbeName, probes } from '../src/observe/probes/catalogue.ts';
import type { PolicyRule, Probe } from '../src/observe/probes/probe.ts';
import type { Resource } from '../src/observe/resource.ts';
import type { Stored } from '../src/runtime/store.ts';

export type Rule = PolicyRule;

/** What the operator may do, by where: everywhere, in its own namespace, in each namespace with coverages, and in single other ones. */
export interface Permissions {
  cluster: Rule[];
  operatorNamespace: Rule[];
  coverageNamespaces: Rule[];
  /** Rules in namespaces known by name. */
  namespaces: Record<string, Rule[]>;
  /** What a switch of the chart adds in the whole cluster. */
  features: Record<Feature, Rule[]>;
  /** To make small changes; granted only where the chart's corrections.enabled says so. */
  corrections: Rule[];
}

/** Derived from what checks and facts need, and from what the operator itself does. */
export function permissions(): Permissions {
  const needs = [...checks, ...facts].map((reader) => reader.needs);
  const needed = [...new Set(needs.flatMap(({ resources: named = [], optional = [] }) => [...named, ...optional]))].sort();
  const asked = [...new Set<ProbeName>(['version', ...needs.flatMap(probesOf)])].sort().map(probe);
  const everywhere = needed.filter((name) => !definition(name).only && !definition(name).feature);
  const always = asked.filter(({ feature }) => !feature);
  const single = needed.flatMap((name) => {
    const { only, type } = definition(name);
    return only
      ? [
          {
            namespace: only.namespace,
            rule: { apiGroups: [type.group], resources: [type.resource], resourceNames: [only.name], verbs: ['list', 'watch'] },
          },
        ]
      : [];
  });
  const namespaces: Record<string, Rule[]> = {};
  const grant = (namespace: string, rules: readonly Rule[]) => {
    namespaces[namespace] = [...(namespaces[namespace] ?? []), ...rules];
  };
  for (const { namespace, rule } of single) if (namespace) grant(namespace, [rule]);
  for (const { namespaceRules } of always) for (const [namespace, rules] of Object.entries(namespaceRules ?? {})) grant(namespace, rules);
  return {
    cluster: [
      ...byGroup(
        everywhere.map((name) => definition(name).type),
        ['list', 'watch'],
      ),
      // One object at a time: the uid that an Event must name, and managedFields, which say who changed it.
      ...byGroup(Object.values(eventTargets), ['get']),
      ...always.flatMap(({ rules }) => rules),
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
      // A coverage in a namespace that is not served is told so in its status.
      { apiGroups: [group], resources: ['supportcoverages'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [group], resources: ['supportcoverages/status'], verbs: ['patch'] },
      // The health label; the API server allows no narrower way to write it.
      { apiGroups: [group], resources: ['supportcoverages'], verbs: ['patch'] },
    ],
    operatorNamespace: [
      ...single.filter(({ namespace }) => !namespace).map(({ rule }) => rule),
      // create cannot be limited to a name.
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['support-coverage-operator'], verbs: ['get', 'update'] },
    ],
    coverageNamespaces: [
      { apiGroups: [group], resources: ['coveragebaselines'], verbs: ['get', 'list', 'watch', 'create'] },
      { apiGroups: [group], resources: ['coveragereports'], verbs: ['get', 'create'] },
      { apiGroups: [group], resources: ['coveragereports/status'], verbs: ['update'] },
    ],
    namespaces,
    corrections: byGroup(correctedTypes, ['patch']),
    features: Object.fromEntries(featureNames.map((feature) => [feature, featureRules(feature, needed, asked)])) as Permissions['features'],
  };
}

/** What corrections change; a test compares it with the checks and facts that make any. */
const correctedTypes = [
  { group: '', resource: 'namespaces' },
  { group: '', resource: 'serviceaccounts' },
  { group: 'networking.k8s.io', resource: 'ingressclasses' },
  { group: 'storage.k8s.io', resource: 'storageclasses' },
];

function featureRules(feature: Feature, needed: readonly ResourceName[], asked: readonly Probe<unknown>[]): Rule[] {
  const watched = needed.map(definition).filter((resource) => resource.feature === feature);
  return [
    ...byGroup(
      watched.map(({ type }) => type),
      ['list', 'watch'],
    ),
    ...asked.filter((candidate) => candidate.feature === feature).flatMap(({ rules }) => rules),
  ];
}

function probe(name: ProbeName): Probe<unknown> {
  return probes[name];
}

function definition(name: ResourceName): Resource<Stored> {
  return resources[name] as Resource<Stored>;
}

/** One rule an API group. */
function byGroup(types: readonly { group: string; resource: string }[], verbs: string[]): Rule[] {
  const groups = [...new Set(types.map(({ group }) => group))].sort();
  return groups.map((group) => ({
    apiGroups: [group],
    resources: [...new Set(types.filter((type) => type.group === group).map(({ resource }) => resource))].sort(),
    verbs,
  }));
}

/** Writes the rules where the chart's templates read them. */
export function generateRbac(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const { cluster, operatorNamespace, coverageNamespaces, namespaces, features, corrections } = permissions();
  const write = (name: string, content: unknown) =>
    writeFileSync(
      `${folder}/${name}.yaml`,
      `# Generated from the needs of checks and facts by \`make generate\`; do not edit.\n${dump(content, { lineWidth: 140, noRefs: true })}`,
    );
  write('cluster-rules', cluster);
  write('operator-namespace-rules', operatorNamespace);
  write('coverage-namespace-rules', coverageNamespaces);
  write('other-namespaces-rules', namespaces);
  write('feature-rules', features);
  write('correction-rules', corrections);
}
