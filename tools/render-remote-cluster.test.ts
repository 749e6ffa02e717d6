import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { featureNames } from '../src/observe/features.ts';
import { permissions, type Rule, remotePermissions } from './generate-rbac.ts';
import { type RemoteClusterOptions, remoteClusterManifests } from './render-remote-cluster.ts';

interface Document {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: Rule[];
  roleRef?: { kind: string; name: string };
  subjects?: object[];
}

const render = (options?: RemoteClusterOptions) => loadAll(remoteClusterManifests(options)) as Document[];
const rules = (documents: Document[]) => documents.flatMap((document) => document.rules ?? []);
const names = (documents: Document[]) =>
  documents.map(({ kind, metadata }) => `${kind} ${[metadata.namespace, metadata.name].filter(Boolean).join('/')}`);

it('a covered cluster grants what the operator reads in its own, and no write and no Secret', () => {
  const { cluster } = remotePermissions('Level3');
  const own = permissions();
  const reading = own.cluster.filter(({ verbs, apiGroups = [] }) => !verbs.includes('patch') && !apiGroups.includes('platformsupport.io'));
  expect(cluster).toEqual(reading);
  expect(rules(render())).toEqual([...cluster, ...Object.values(own.namespaces).flat()]);
  expect([...new Set(rules(render()).flatMap(({ verbs }) => verbs))].sort()).toEqual(['get', 'list', 'watch']);
  expect(rules(render()).filter(({ resources = [] }) => resources.includes('secrets'))).toEqual([]);
});

it('each role is bound to the ServiceAccount alone', () => {
  const documents = render({ events: true, features: featureNames });
  const bindings = documents.filter(({ kind }) => kind.endsWith('Binding'));
  const roles = documents.filter((document) => document.rules);
  expect(bindings.map(({ roleRef, metadata }) => [roleRef?.kind, metadata.namespace, roleRef?.name])).toEqual(
    roles.map(({ kind, metadata }) => [kind, metadata.namespace, metadata.name]),
  );
  for (const { subjects } of bindings)
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'support-coverage-reader', namespace: 'platform-support' }]);
});

it('a switch adds one role, which is a comment without it', () => {
  const extra = (options: RemoteClusterOptions) => names(render(options)).filter((name) => !names(render()).includes(name));
  const role = (name: string) => [`ClusterRole support-coverage-reader-${name}`, `ClusterRoleBinding support-coverage-reader-${name}`];
  expect(extra({ events: true })).toEqual(role('events'));
  for (const feature of featureNames) expect(extra({ features: [feature] })).toEqual(role(feature));
  const text = remoteClusterManifests();
  const from = text.indexOf('# Optional');
  const [active, comments] = [text.slice(0, from), text.slice(from)];
  const uncommented = comments.replace(/^# Optional.*$/gm, '').replace(/^# /gm, '');
  expect(names(loadAll(active + uncommented) as Document[])).toEqual(names(render({ events: true, features: featureNames })));
});

it('a lower tier never grants more', () => {
  const single = (tier: 'Level1' | 'Level3') =>
    remotePermissions(tier).cluster.flatMap(({ apiGroups = [''], resources = [], nonResourceURLs = [], verbs }) =>
      verbs.flatMap((verb) => [...nonResourceURLs, ...resources].map((what) => `${verb} ${apiGroups[0]}/${what}`)),
    );
  expect(single('Level3')).toEqual(expect.arrayContaining(single('Level1')));
  expect(single('Level1')).toEqual(expect.arrayContaining(['get /namespaces', 'get apps/replicasets', 'list /nodes']));
});

it('the file in the repository is current', () => {
  expect(readFileSync(new URL('../deploy/remote-cluster.yaml', import.meta.url), 'utf8')).toBe(remoteClusterManifests());
});

describe('on the command line', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [new URL('./render-remote-cluster.ts', import.meta.url).pathname, ...args], {
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });

  it('the same is printed', () => {
    const options: RemoteClusterOptions = { tier: 'Level1', features: ['tls-secrets', 'kubelet-stats'], events: true };
    expect(run('--tier', 'Level1', '--features', 'tls-secrets,kubelet-stats', '--events').stdout).toBe(remoteClusterManifests(options));
  });

  it('--help says what can be written', () => {
    const help = { status: 0, stdout: expect.stringMatching(/^Usage: .*--tier <tier> .*--features <names> .*--events /s), stderr: '' };
    expect(run('--help')).toMatchObject(help);
  });

  it.each([
    [['--tier', 'level1'], "error: option '--tier <tier>' argument 'level1' is invalid. Allowed choices are Level1, Level2, Level3.\n"],
    [['--features', 'foo'], `error: option '--features <names>' argument 'foo' is invalid. Known are ${featureNames.join(', ')}.\n`],
    [['--event'], "error: unknown option '--event'\n(Did you mean --events?)\n"],
  ])('%j is refused without a stack trace', (args, stderr) => {
    expect(run(...args)).toMatchObject({ status: 1, stdout: '', stderr });
  });
});
