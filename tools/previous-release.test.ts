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

function commit(definition: object): void {
  writeFileSync(join(repository, 'crds', 'coverages.yaml'), dump(definition));
  git('add', '.');
  git('commit', '--quiet', '--allow-empty', '--message', 'a change');
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

it('before the first tag there is no previous release', () => {
  commit(before);

  expect(previousRelease(repository)).toBeUndefined();
});

it('the previous release is the highest version in the history, not what is tagged now, nor a tag that is no version', () => {
  commit(before);
  for (const tag of ['v0.9.0', 'v0.10.0', 'v0.10.0-rc.1', 'vendor', '1.0.0']) git('tag', tag);
  expect(previousRelease(repository)).toBeUndefined();
  commit(before);
  git('tag', 'v0.11.0');
  expect(previousRelease(repository)).toBe('v0.10.0');
  git('checkout', '--quiet', '-b', 'other', 'v0.10.0');
  commit(before);
  expect(previousRelease(repository)).toBe('v0.10.0');
});

it('definitions are compared with those of the tag', () => {
  commit(before);
  git('tag', 'v0.1.0');
  expect(incompatibleSince(repository, 'v0.1.0')).toEqual([]);
  commit(after);
  expect(incompatibleSince(repository, 'v0.1.0')).toEqual([expect.stringContaining('.spec.suspend2: it is required now')]);
});

it('a tag without definitions cannot be compared with, which is no pass', () => {
  git('commit', '--quiet', '--allow-empty', '--message', 'nothing');
  git('tag', 'v0.0.1');

  expect(() => incompatibleSince(repository, 'v0.0.1')).toThrow('v0.0.1 has no crds/*.yaml');
});
