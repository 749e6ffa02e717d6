import { execFileSync } from 'node:child_process';

/**
 * Prints what of other projects the image has in it, with versions and licences, as CycloneDX JSON: production dependencies by the lock file.
 * `--licences`: how many have which licence instead. What npm makes up anew each time is left out: the same inputs give the same text.
 */

interface Bom {
  serialNumber?: string;
  metadata: { timestamp?: string };
  components: { name: string; version: string; licenses?: { license?: { id?: string; name?: string }; expression?: string }[] }[];
}

const args = ['sbom', '--omit=dev', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
const { serialNumber: _, metadata, ...rest } = JSON.parse(execFileSync('npm', args, { encoding: 'utf8', maxBuffer: 2 ** 26 })) as Bom;
const { timestamp: __, ...described } = metadata;

if (process.argv.includes('--licences')) {
  const named = rest.components.map(
    ({ licenses = [] }) =>
      licenses.map(({ license, expression }) => expression ?? license?.id ?? license?.name ?? '').join(' and ') || 'none named',
  );
  for (const [licence, of] of [...Map.groupBy(named, (name) => name)].sort(([, a], [, b]) => b.length - a.length))
    process.stdout.write(`${String(of.length).padStart(5)}  ${licence}\n`);
} else {
  process.stdout.write(`${JSON.stringify({ ...rest, metadata: described }, null, 1)}\n`);
}
