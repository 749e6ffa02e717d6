import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { binary } from '../controlplane/binaries.ts';
import type { Cluster } from '../controlplane/cluster-handle.ts';
import { runCommand } from '../controlplane/command.ts';
import { waitFor } from '../controlplane/wait.ts';

/** What docs/remote-clusters.md has a person do so that another cluster can be covered. */

const root = new URL('../..', import.meta.url).pathname;
const page = readFileSync(`${root}docs/remote-clusters.md`, 'utf8');

/** What is applied in the covered cluster. */
export const remoteManifest = readFileSync(`${root}deploy/remote-cluster.yaml`, 'utf8');

/** The rest of the block of the page that begins so. */
export function pageCommand(begin: string): string {
  const [, rest] = page.split(`\`\`\`sh\n${begin}`);
  if (rest === undefined) throw new Error(`the page has no command that begins with ${begin}`);
  return rest.split('\n```')[0] ?? '';
}

/** The block of the page that prints a kubeconfig, run as a person would; waits for the token that the controller writes. */
export async function kubeconfigByRecipe({ adminKubeconfig }: Cluster): Promise<string> {
  const recipe = `server=${pageCommand('server=')}`;
  const env = { PATH: `${dirname(binary('kubectl'))}:${process.env.PATH}`, KUBECONFIG: adminKubeconfig };
  return waitFor(
    'the token of the ServiceAccount',
    async (see) => {
      const { stdout, stderr, code } = await runCommand('bash', ['-euo', 'pipefail', '-c', recipe], { env });
      if (code !== 0) see(stderr);
      return code === 0 && !stdout.includes('token: ""') && stdout;
    },
    { deadlineMs: 60_000 },
  );
}
