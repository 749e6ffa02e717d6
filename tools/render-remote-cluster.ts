import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import { dump } from 'js-yaml';
import { type Tier, tiers } from '../src/api/v1alpha1/fields.ts';
import { featuresIn } from '../src/cli/program.ts';
import { type Feature, featureNames, features as switches } from '../src/observe/features.ts';
import { type Rule, remotePermissions } from './generate-rbac.ts';

/** The namespace, ServiceAccount and roles that the operator gets in another cluster. */
const namespace = 'platform-support';
const account = 'support-coverage-reader';
const rbac = 'rbac.authorization.k8s.io';

export interface RemoteClusterOptions {
  /** The highest tier of the coverages of the cluster. Default Level3: all that the operator can read. */
  tier?: Tier;
  /** Switches of the operator that are on, which read more than the rest. */
  features?: readonly Feature[];
  /** Whether the operator may write Events there. */
  events?: boolean;
}

/** What has to be applied in a cluster that an operator elsewhere covers, as YAML; what is not switched on is there as a comment. */
export function remoteClusterManifests({ tier = 'Level3', features = [], events = false }: RemoteClusterOptions = {}): string {
  const granted = remotePermissions(tier);
  const optional = [
    {
      name: 'events',
      on: events,
      text: 'Events beside the objects that they are about. Without it they are on the SupportCoverage alone. The only thing that is written.',
      rules: granted.events,
    },
    ...featureNames.map((name) => ({
      name,
      on: features.includes(name),
      text: `${switches[name].description} It belongs to the chart's value ${switches[name].chartValue}.`,
      rules: granted.features[name],
    })),
  ].filter(({ rules }) => rules.length > 0);
  const documents = [
    document({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
    document({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: account, namespace },
      automountServiceAccountToken: false,
    }),
    clusterRole(account, granted.cluster),
    ...Object.entries(granted.namespaces).map(([inNamespace, rules]) => role(inNamespace, rules)),
    tokenSecret(),
    ...optional.map(({ name, on, text, rules }) => switched(on, `Optional, ${name}: ${text}`, clusterRole(`${account}-${name}`, rules))),
  ];
  return `${heading(tier)}${documents.join('')}`;
}

function heading(tier: Tier): string {
  return [
    '# Generated from the needs of checks and facts by `make generate`; do not edit.',
    `# What the operator gets in another cluster that it covers, up to ${tier}: it reads, and writes nothing. docs/remote-clusters.md says how to use it.`,
    `# For less or more: node tools/render-remote-cluster.ts --tier Level1 --features ${featureNames.join(',')} --events`,
    '',
  ].join('\n');
}

function clusterRole(name: string, rules: readonly Rule[]): string {
  const metadata = { name };
  return (
    document({ apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules }) +
    document({ apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata, ...bound('ClusterRole', name) })
  );
}

function role(inNamespace: string, rules: readonly Rule[]): string {
  const metadata = { name: account, namespace: inNamespace };
  return (
    document({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules }) +
    document({ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata, ...bound('Role', account) })
  );
}

function bound(kind: 'Role' | 'ClusterRole', name: string) {
  return { roleRef: { apiGroup: rbac, kind, name }, subjects: [{ kind: 'ServiceAccount', name: account, namespace }] };
}

function tokenSecret(): string {
  const text = 'A token that does not end by itself. Leave it out where you renew tokens that do: see docs/remote-clusters.md.';
  return document(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: `${account}-token`, namespace, annotations: { 'kubernetes.io/service-account.name': account } },
      type: 'kubernetes.io/service-account-token',
    },
    text,
  );
}

function document(content: object, comment?: string): string {
  return `---\n${comment ? `# ${comment}\n` : ''}${dump(content, { lineWidth: 140, noRefs: true })}`;
}

/** Documents as they are, or as a comment: who takes the `# ` away has them. */
function switched(on: boolean, title: string, documents: string): string {
  if (on) return documents;
  return `# ${title} To have it, take "# " off the following lines.\n${documents.replace(/^/gm, '# ').replace(/# $/, '')}`;
}

export function generateRemoteCluster(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, remoteClusterManifests());
}

function optionsOf(args: string[]): RemoteClusterOptions {
  return new Command('node tools/render-remote-cluster.ts')
    .description('Prints what has to be applied in a cluster that an operator elsewhere covers. Documentation: docs/remote-clusters.md.')
    .addOption(new Option('--tier <tier>', 'The highest tier of the coverages of the cluster.').choices(tiers).default('Level3'))
    .option('--features <names>', `Switches of the operator that are on, separated by commas: ${featureNames.join(', ')}.`, featuresIn)
    .option('--events', 'Whether the operator may write Events there.')
    .parse(args, { from: 'user' })
    .opts();
}

if (import.meta.main) process.stdout.write(remoteClusterManifests(optionsOf(process.argv.slice(2))));
