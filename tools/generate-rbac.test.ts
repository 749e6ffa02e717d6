import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { tiers } from '../src/api/v1alpha1/fields.ts';
import { correctable } from '../src/api/v1alpha1/supportcoverage.ts';
import { facts } from '../src/baseline/catalogue.ts';
import { checks } from '../src/checks/catalogue.ts';
import { resources } from '../src/observe/catalogue.ts';
import { probesOf } from '../src/observe/cluster-view.ts';
import { eventTargets } from '../src/observe/event-targets.ts';
import { type ProbeName, probes } from '../src/observe/probes/catalogue.ts';
import type { Probe } from '../src/observe/probes/probe.ts';
import type { Resource } from '../src/observe/resource.ts';
import { clusterOf } from '../test/fixtures/cluster.ts';
import { correctedResources, generateRbac, permissions, type Rule } from './generate-rbac.ts';

const granted = permissions();
const all: Rule[] = [granted.cluster, granted.operatorNamespace, granted.coverageNamespaces, ...Object.values(granted.namespaces)].flat();

const inGroup = (group: string, resource: string) => `${group || 'core'}/${resource}`;
/** `verb group/resource[/name]` or `verb /path`, each permission by itself. */
const single = (rules: readonly Rule[]): string[] =>
  rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [''], nonResourceURLs = [] }) =>
    verbs.flatMap((verb) => [
      ...nonResourceURLs.map((path) => `${verb} ${path}`),
      ...apiGroups.flatMap((group) =>
        resources.flatMap((resource) => resourceNames.map((name) => `${verb} ${inGroup(group, resource)}${name && `/${name}`}`)),
      ),
    ]),
  );
const needed = [...new Set([...checks, ...facts].flatMap(({ needs }) => [...(needs.resources ?? []), ...(needs.optional ?? [])]))];
const asked = [...new Set<ProbeName>(['version', ...[...checks, ...facts].flatMap(({ needs }) => probesOf(needs))])].map(
  (name): Probe<unknown> => probes[name],
);
const definitionOf = (name: (typeof needed)[number]) => resources[name] as Resource<never>;
const everywhere = needed.filter((name) => !definitionOf(name).only && !definitionOf(name).feature);

describe('in the whole cluster the operator', () => {
  const cluster = single(granted.cluster);

  it('lists and watches what a check or fact needs, and nothing more', () => {
    const watched = everywhere.flatMap((name) =>
      ['list', 'watch'].map((verb) => `${verb} ${inGroup(definitionOf(name).type.group, definitionOf(name).type.resource)}`),
    );
    const named = needed.flatMap((name) => {
      const { only, type } = definitionOf(name);
      return only?.everywhere ? ['list', 'watch'].map((verb) => `${verb} ${inGroup(type.group, type.resource)}/${only.name}`) : [];
    });
    expect(named).toHaveLength(2);
    const listed = asked.filter(({ feature }) => !feature).flatMap(({ rules }) => single(rules).filter((rule) => rule.startsWith('list ')));
    // One resource may be read as several, such as the pods that run and those that were evicted.
    const wanted = [...new Set([...watched, ...named, ...listed])];
    const given = cluster.filter((permission) => /^(list|watch) /.test(permission) && !permission.includes('platformsupport.io'));
    expect(given.sort()).toEqual(wanted.sort());
  });

  it('reads one by one what an Event can be about, and nothing more', () => {
    const given = cluster.filter((permission) => /^get \w/.test(permission) && !permission.includes('platformsupport.io'));
    expect(given.sort()).toEqual(
      Object.values(eventTargets)
        .map(({ group, resource }) => `get ${inGroup(group, resource)}`)
        .sort(),
    );
  });

  it('may read who wrote each kind of object that drift can be about', () => {
    const kindsOfFacts = ['StorageClass/x', 'ClusterRoleBinding/x', 'NodePool/x'];
    const view = clusterOf({});
    const types = facts.flatMap((fact) => kindsOfFacts.flatMap((object) => fact.source(object, '', '', view)?.type ?? []));
    expect(types.length).toBeGreaterThan(0);
    for (const { group, resource } of types) expect(cluster).toContain(`get ${inGroup(group, resource)}`);
    expect(cluster).toContain('get core/nodes');
  });

  it('asks what a probe of a check or fact asks, and nothing more', () => {
    expect(cluster).toContain('get /version');
    const paths = asked
      .filter(({ feature }) => !feature)
      .flatMap(({ rules }) => single(rules).filter((permission) => permission.includes(' /')));
    expect(cluster.filter((permission) => permission.includes(' /')).sort()).toEqual(paths.sort());
  });

  it('writes Events and what belongs to its own coverages, and nothing else', () => {
    expect(cluster.filter((permission) => !/^(get|list|watch) /.test(permission)).sort()).toEqual([
      'create events.k8s.io/events',
      'patch events.k8s.io/events',
      'patch platformsupport.io/supportcoverages',
      'patch platformsupport.io/supportcoverages/status',
    ]);
  });
});

describe('an operator for a lower tier', () => {
  it('may read less than one for a higher, and nothing that one may not', () => {
    const [first = [], second = [], third = []] = tiers.map((tier) => single(permissions(tier).cluster));
    expect(first.filter((permission) => !second.includes(permission))).toEqual([]);
    expect(second.filter((permission) => !third.includes(permission))).toEqual([]);
    expect(first).not.toContain('list gateway.networking.k8s.io/httproutes');
    expect(second).toContain('list gateway.networking.k8s.io/httproutes');
  });
});

describe('in its own namespace the operator', () => {
  it('has its Lease by name and reads single ConfigMaps by name', () => {
    expect(single(granted.operatorNamespace).sort()).toEqual([
      'create coordination.k8s.io/leases',
      'get coordination.k8s.io/leases/support-coverage-operator',
      'list core/configmaps/support-calendar',
      'update coordination.k8s.io/leases/support-coverage-operator',
      'watch core/configmaps/support-calendar',
    ]);
  });
});

describe('in the namespaces of coverages the operator', () => {
  it('captures baselines, keeps reports and reads acknowledgements, and approves nothing', () => {
    expect(single(granted.coverageNamespaces).sort()).toEqual([
      'create platformsupport.io/coveragebaselines',
      'create platformsupport.io/coveragereports',
      'delete platformsupport.io/coveragereports',
      'get platformsupport.io/acknowledgements',
      'get platformsupport.io/coveragebaselines',
      'get platformsupport.io/coveragereports',
      'list platformsupport.io/acknowledgements',
      'list platformsupport.io/coveragebaselines',
      'patch platformsupport.io/acknowledgements/status',
      'update platformsupport.io/coveragereports/status',
      'watch platformsupport.io/acknowledgements',
      'watch platformsupport.io/coveragebaselines',
    ]);
  });

  it('gets the Secrets that coverages name, and neither lists nor watches any', () => {
    expect(single(granted.secrets)).toEqual(['get core/secrets']);
  });
});

describe('to make corrections the operator', () => {
  it('patches what the check or fact changes, or creates what it makes from a template, and nothing else', () => {
    const { cluster, namespaces, namespaced } = granted.corrections;
    const given = (rules: Record<string, Rule>) => Object.entries(rules).map(([id, rule]) => `${id}: ${single([rule]).join()}`);
    expect(given(cluster)).toEqual([
      'default-ingressclass: patch networking.k8s.io/ingressclasses',
      'default-storageclass: patch storage.k8s.io/storageclasses',
    ]);
    expect(given(namespaces)).toEqual(['namespaces: patch core/namespaces', 'ns-pod-security: patch core/namespaces']);
    expect(given(namespaced)).toEqual([
      'ns-default-deny: create networking.k8s.io/networkpolicies',
      'ns-limitrange: create core/limitranges',
      'obs-default-rules: patch monitoring.coreos.com/prometheusrules',
      'obs-scrape-orphan: patch monitoring.coreos.com/podmonitors,patch monitoring.coreos.com/servicemonitors',
      'sa-default-automount: patch core/serviceaccounts',
    ]);
  });

  it('has a rule for each check and fact that makes any, of the type that its source names', () => {
    expect(Object.keys(correctedResources).sort()).toEqual([...correctable].sort());
    const root = new URL('..', import.meta.url).pathname;
    for (const [id, { resources: names }] of Object.entries(correctedResources)) {
      const [file] = globSync(`src/{checks,baseline}/*/${id}.ts`, { cwd: root });
      expect([id, readFileSync(`${root}${file}`, 'utf8')]).toEqual([
        id,
        expect.stringMatching(new RegExp(`\\bresources\\.${names[0]}\\b|'${names[0]}'`)),
      ]);
    }
  });
});

describe('in other namespaces the operator', () => {
  it('asks what a probe asks there, and nothing more', () => {
    const given = Object.entries(granted.namespaces).flatMap(([namespace, rules]) =>
      single(rules).map((permission) => `${namespace}: ${permission}`),
    );
    const probed = asked.flatMap(({ namespaceRules }) =>
      Object.entries(namespaceRules ?? {}).flatMap(([namespace, rules]) =>
        single(rules).map((permission) => `${namespace}: ${permission}`),
      ),
    );
    expect(given.sort()).toEqual(probed.sort());
    expect(given.length).toBeGreaterThan(0);
  });
});

describe('nowhere does the operator', () => {
  it('have a wildcard', () => {
    expect(all.filter((rule) => Object.values(rule).flat().includes('*'))).toEqual([]);
  });

  it('read Secrets, unless a switch of the chart says so', () => {
    expect(single(all).filter((permission) => permission.includes('secrets'))).toEqual([]);
    const withSecrets = Object.entries(granted.features).filter(([, rules]) =>
      single(rules).some((permission) => permission.includes('secrets')),
    );
    expect(withSecrets.map(([feature]) => feature)).toEqual(expect.not.arrayContaining(['kubelet-stats']));
  });

  it('reach a kubelet by nodes/proxy, which can run commands in pods', () => {
    const everything = [...all, ...Object.values(granted.features).flat()];
    expect(single(everything).filter((permission) => permission.includes('nodes/proxy'))).toEqual([]);
  });

  it('read ConfigMaps other than by name', () => {
    expect(all.filter(({ resources = [], resourceNames }) => resources.includes('configmaps') && !resourceNames)).toEqual([]);
  });

  it('delete anything but its own reports, impersonate, escalate, bind or approve', () => {
    const strong = single(all).filter((permission) => /^(delete|deletecollection|impersonate|escalate|bind|approve) /.test(permission));
    expect(strong).toEqual(['delete platformsupport.io/coveragereports']);
  });

  it('have the same permission twice', () => {
    for (const rules of [granted.cluster, granted.operatorNamespace, granted.coverageNamespaces]) {
      expect(single(rules).length).toBe(new Set(single(rules)).size);
    }
  });
});

it('the files that the chart reads hold these rules and are current', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rbac-'));
  try {
    generateRbac(folder);
    const content: Record<string, unknown> = {
      'cluster-rules.yaml': Object.fromEntries(tiers.map((tier) => [tier, permissions(tier).cluster])),
      'correction-rules.yaml': granted.corrections,
      'coverage-namespace-rules.yaml': granted.coverageNamespaces,
      'feature-rules.yaml': granted.features,
      'operator-namespace-rules.yaml': granted.operatorNamespace,
      'other-namespaces-rules.yaml': granted.namespaces,
      'secret-rules.yaml': granted.secrets,
    };
    expect(readdirSync(folder).sort()).toEqual(Object.keys(content));
    for (const [file, rules] of Object.entries(content)) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect(load(text)).toEqual(rules);
      expect(readFileSync(new URL(`../charts/support-coverage-operator/generated/${file}`, import.meta.url), 'utf8')).toBe(text);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
