import { mkdirSync, writeFileSync } from 'node:fs';
import { dump } from 'js-yaml';
import { type Tier, tiers } from '../src/api/v1alpha1/fields.ts';
import { group } from '../src/api/v1alpha1/kinds.ts';
import type { correctable } from '../src/api/v1alpha1/supportcoverage.ts';
import { facts } from '../src/baseline/catalogue.ts';
import { checks } from '../src/checks/catalogue.ts';
import { type ClusterNeeds, needsOf } from '../src/coverage/needs.ts';
import type { ResourceType } from '../src/kube/types.ts';
import { type ResourceName, resources } from '../src/observe/catalogue.ts';
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
  /** To read the Secrets that coverages name; granted in each namespace with coverages where the chart's secrets.enabled says so. */
  secrets: Rule[];
  corrections: CorrectionRules;
}

/** To make small changes, by the check or fact that asks for them; granted only for those that the chart's corrections.allow lists. */
export interface CorrectionRules {
  /** Of what is in no namespace. */
  cluster: Record<string, Rule>;
  /** Of Namespaces; the chart names those of corrections.namespaces. */
  namespaces: Record<string, Rule>;
  /** Of what is in a namespace; granted in those of corrections.namespaces. */
  namespaced: Record<string, Rule>;
}

/** Derived from what the checks up to a tier, and the facts, need, and from what the operator itself does. */
export function permissions(tier: Tier = 'Level3'): Permissions {
  const needs = needsOf(tier, checks, facts);
  const reading = readingRules(needs, targetsOf(needs));
  return {
    cluster: [
      ...reading.cluster,
      writeEvents,
      // A coverage in a namespace that is not served is told so in its status.
      { apiGroups: [group], resources: ['supportcoverages'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [group], resources: ['supportcoverages/status'], verbs: ['patch'] },
      // The health label; the API server allows no narrower way to write it.
      { apiGroups: [group], resources: ['supportcoverages'], verbs: ['patch'] },
    ],
    operatorNamespace: [
      ...reading.operatorNamespace,
      // create cannot be limited to a name.
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['support-coverage-operator'], verbs: ['get', 'update'] },
    ],
    coverageNamespaces: [
      { apiGroups: [group], resources: ['coveragebaselines'], verbs: ['get', 'list', 'watch', 'create'] },
      { apiGroups: [group], resources: ['coveragereports'], verbs: ['get', 'create', 'delete'] },
      { apiGroups: [group], resources: ['coveragereports/status'], verbs: ['update'] },
      { apiGroups: [group], resources: ['acknowledgements'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [group], resources: ['acknowledgements/status'], verbs: ['patch'] },
    ],
    secrets: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    namespaces: reading.namespaces,
    corrections: correctionRules(),
    features: featureRules(needs),
  };
}

/** What the operator may do in another cluster that it covers: read, and nothing else. */
export interface RemotePermissions {
  cluster: Rule[];
  /** Rules in namespaces known by name. */
  namespaces: Record<string, Rule[]>;
  /** What a switch adds. */
  features: Record<Feature, Rule[]>;
  /** To write Events beside the objects that they are about. */
  events: Rule[];
}

/** Derived from what the checks up to a tier, and the facts, need. */
export function remotePermissions(tier: Tier): RemotePermissions {
  const needs = needsOf(tier, checks, facts);
  const { cluster, namespaces } = readingRules(needs, targetsOf(needs));
  return { cluster, namespaces, features: featureRules(needs), events: [writeEvents] };
}

/** What findings may be about. Owners of pods are watched by nobody, and findings are about them at every tier. */
function targetsOf({ watch }: ClusterNeeds): ResourceType[] {
  const watched = new Set(watch.map((name) => definition(name).type.kind));
  const catalogued = new Set(Object.values<Resource<Stored>>(resources).map(({ type }) => type.kind));
  return Object.values(eventTargets).filter(({ kind }) => watched.has(kind) || !catalogued.has(kind));
}

const writeEvents: Rule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };

/** What an observer reads without a switch, by where; `single`: one object at a time. */
function readingRules({ watch, ask }: ClusterNeeds, single: readonly ResourceType[]) {
  const everywhere = watch.map(definition).filter(({ only, feature }) => !only && !feature);
  const asked = ask.map(probe).filter(({ feature }) => !feature);
  const named = (inEveryNamespace: boolean) =>
    watch
      .map(definition)
      .flatMap(({ only, type }) =>
        only && (only.everywhere ?? false) === inEveryNamespace
          ? [{ apiGroups: [type.group], resources: [type.resource], resourceNames: [only.name], verbs: ['list', 'watch'] }]
          : [],
      );
  const namespaces: Record<string, Rule[]> = {};
  for (const { namespaceRules } of asked)
    for (const [namespace, rules] of Object.entries(namespaceRules ?? {}))
      namespaces[namespace] = [...(namespaces[namespace] ?? []), ...rules];
  return {
    cluster: [
      ...byGroup(
        everywhere.map(({ type }) => type),
        ['list', 'watch'],
      ),
      // A list in every namespace with a field selector of the name is judged by that name.
      ...named(true),
      // The uid that an Event must name; managedFields, which say who changed an object; and the uid of kube-system, which tells clusters apart.
      ...byGroup(single, ['get']),
      ...asked.flatMap(({ rules }) => rules),
    ],
    operatorNamespace: named(false),
    namespaces,
  };
}

/** What the correction of each check or fact changes, or makes from a template; a test compares it with what they do. */
export const correctedResources: Readonly<
  Record<(typeof correctable)[number], { resources: readonly [ResourceName, ...ResourceName[]]; verb: 'patch' | 'create' }>
> = {
  'default-ingressclass': { resources: ['ingressclasses'], verb: 'patch' },
  'default-storageclass': { resources: ['storageclasses'], verb: 'patch' },
  namespaces: { resources: ['namespaces'], verb: 'patch' },
  'ns-default-deny': { resources: ['networkpolicies'], verb: 'create' },
  'ns-limitrange': { resources: ['limitranges'], verb: 'create' },
  'ns-pod-security': { resources: ['namespaces'], verb: 'patch' },
  'obs-default-rules': { resources: ['prometheusrules'], verb: 'patch' },
  'obs-scrape-orphan': { resources: ['podmonitors', 'servicemonitors'], verb: 'patch' },
  'sa-default-automount': { resources: ['serviceaccounts'], verb: 'patch' },
};

function correctionRules(): CorrectionRules {
  const rules: CorrectionRules = { cluster: {}, namespaces: {}, namespaced: {} };
  for (const [id, { resources: names, verb }] of Object.entries(correctedResources)) {
    const [{ type }] = names.map(definition) as [Resource<Stored>];
    const kind = type.namespaced ? 'namespaced' : type.resource === 'namespaces' ? 'namespaces' : 'cluster';
    rules[kind][id] = { apiGroups: [type.group], resources: names.map((name) => definition(name).type.resource), verbs: [verb] };
  }
  return rules;
}

function featureRules({ watch, ask }: ClusterNeeds): Record<Feature, Rule[]> {
  const rules = (feature: Feature) => [
    ...byGroup(
      watch
        .map(definition)
        .filter((resource) => resource.feature === feature)
        .map(({ type }) => type),
      ['list', 'watch'],
    ),
    ...ask
      .map(probe)
      .filter((candidate) => candidate.feature === feature)
      .flatMap((candidate) => candidate.rules),
  ];
  return Object.fromEntries(featureNames.map((feature) => [feature, rules(feature)])) as Record<Feature, Rule[]>;
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
  const { operatorNamespace, coverageNamespaces, secrets, namespaces, features, corrections } = permissions();
  const write = (name: string, content: unknown) =>
    writeFileSync(
      `${folder}/${name}.yaml`,
      `# Generated from the needs of checks and facts by \`make generate\`; do not edit.\n${dump(content, { lineWidth: 140, noRefs: true })}`,
    );
  write('cluster-rules', Object.fromEntries(tiers.map((tier) => [tier, permissions(tier).cluster])));
  write('operator-namespace-rules', operatorNamespace);
  write('coverage-namespace-rules', coverageNamespaces);
  write('secret-rules', secrets);
  write('other-namespaces-rules', namespaces);
  write('feature-rules', features);
  write('correction-rules', corrections);
}
