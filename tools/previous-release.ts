import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import semver from 'semver';
import { type Definition, incompatibilities } from './crd-compatibility.ts';

/** The tag of the release before what is checked out, `v1.2.3`: the highest version among the tags in its history. */
export function previousRelease(repository: string): string | undefined {
  const tags = (...which: string[]) => git(repository, 'tag', '--list', 'v*', ...which).split('\n');
  const own = new Set(tags('--points-at', 'HEAD'));
  const earlier = tags('--merged', 'HEAD').filter((tag) => semver.valid(tag) && !own.has(tag));
  return earlier.toSorted(semver.rcompare)[0];
}

/** What of the CustomResourceDefinitions in `crds/` is not compatible with those of a tag. */
export function incompatibleSince(repository: string, tag: string): string[] {
  const files = git(repository, 'ls-tree', '--name-only', tag, 'crds/').split('\n').filter(isManifest);
  if (files.length === 0) throw new Error(`${tag} has no crds/*.yaml to compare with`);
  const before = files.map((file) => load(git(repository, 'show', `${tag}:${file}`)) as Definition);
  const folder = join(repository, 'crds');
  const after = readdirSync(folder)
    .filter(isManifest)
    .map((file) => load(readFileSync(join(folder, file), 'utf8')) as Definition);
  return incompatibilities(before, after);
}

function isManifest(file: string): boolean {
  return file.endsWith('.yaml');
}

function git(repository: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`git ${args[0]} ended with ${status}: ${stderr.trim()}`);
  return stdout.trim();
}
