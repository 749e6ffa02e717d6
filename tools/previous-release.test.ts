import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { kinds } from '../src/api/v1alpha1/kinds.ts';
import { crd } from './generate-crds.ts';
import { incompatibleSince, previousRelease } from './previous-release.ts';

let repository: string;
const git = (...args: string[]) =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=tester', '-c', 'user.email=tester@example.com', ...args], { encoding: 'utf8' });

function commit(version: string, definition?: object): string {
  writeFileSync(join(repository, 'package.json'), JSON.stringify({ name: 'a', version }, null, 2));
  if (definition) writeFileSync(join(repository, 'crds', 'coverages.yaml'), dump(definition));
  git('add', '.');
  git('commit', '--quiet', '--allow-empty', '--message', 'a change');
  return git('rev-parse', 'HEAD').trim();
}

const before = crd(kinds[0]!);
const after = crd(kinds[0]!) as {
  spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: { required: string[] } } } } }[] };
};
after.spec.versions[0]!.schema.openAPIV3Schema.properties.spec.required.push('suspend2');

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'releases-'));
  mkdirSync(join(repository, 'crds'));
  git('init', '--quiet', '--initial-branch', 'main');
});

afterEach(() => rmSync(repository, { recursive: true }));

it('before the first release there is no previous one', () => {
  commit('0.1.0');
  expect(previousRelease(repository)).toBeUndefined();
  commit('0.1.0');
  expect(previousRelease(repository)).toBeUndefined();
});

it('the previous release is the last commit of another version without a suffix, however the clone came to be', () => {
  commit('0.9.0');
  commit('0.10.0-dev');
  commit('0.10.0-rc.1');
  commit('0.10.0');
  const released = commit('0.10.0');
  const expected = { version: '0.10.0', commit: released };
  commit('0.11.0-dev');
  expect(previousRelease(repository)).toEqual(expected);
  commit('0.11.0-dev');
  expect(previousRelease(repository)).toEqual(expected);
  commit('0.11.0');
  expect(previousRelease(repository)).toEqual(expected);
  git('checkout', '--quiet', '--detach', `${released}~1`);
  expect(previousRelease(repository)).toMatchObject({ version: '0.9.0' });
});

it('a history that does not reach back to it has none', () => {
  commit('0.1.0');
  commit('0.2.0-dev');
  commit('0.2.0-dev', before);
  const shallow = join(repository, 'shallow');
  git('clone', '--quiet', '--depth', '1', `file://${repository}`, shallow);

  expect(previousRelease(shallow)).toBeUndefined();
});

it('definitions are compared with those of the release', () => {
  commit('0.1.0', before);
  commit('0.2.0-dev');
  const release = previousRelease(repository)!;
  expect(incompatibleSince(repository, release)).toEqual([]);
  commit('0.2.0-dev', after);
  expect(incompatibleSince(repository, release)).toEqual([expect.stringContaining('.spec.suspend2: it is required now')]);
});

it('a release without definitions cannot be compared with, which is no pass', () => {
  const release = { version: '0.0.1', commit: commit('0.0.1') };

  expect(() => incompatibleSince(repository, release)).toThrow('0.0.1 has no crds/*.yaml');
});
