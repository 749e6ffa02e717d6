import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import semver from 'semver';
import { type Definition, incompatibilities } from './crd-compatibility.ts';

export interface Release {
  version: string;
  commit: string;
}

/**
 * The release before what is checked out: the last commit of the history whose package.json has another version, and one without a suffix.
 * Tags would say the same and are not in every clone. Undefined before the first release, and where the history does not reach back to it.
 */
export function previousRelease(repository: string): Release | undefined {
  const versionAt = (commit: string) => (JSON.parse(git(repository, 'show', `${commit}:package.json`)) as { version: string }).version;
  const changes = git(repository, 'log', '--format=%P', '-G^  "version":', '--', 'package.json').split('\n');
  for (const commit of changes.filter((parents) => parents !== '')) {
    const version = versionAt(commit);
    if (semver.prerelease(version) === null) return { version, commit };
  }
  return undefined;
}

/** What of the CustomResourceDefinitions in `crds/` is not compatible with those of a release. */
export function incompatibleSince(repository: string, { version, commit }: Release): string[] {
  const files = git(repository, 'ls-tree', '--name-only', commit, 'crds/').split('\n').filter(isManifest);
  if (files.length === 0) throw new Error(`${version} has no crds/*.yaml to compare with`);
  const before = files.map((file) => load(git(repository, 'show', `${commit}:${file}`)) as Definition);
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
