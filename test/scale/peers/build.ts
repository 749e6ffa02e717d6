/** Builds the programs that `make bench-peers` measures beside the operator. */
import { fileURLToPath } from 'node:url';
import { buildPrograms, goBuild, moduleFiles } from '../../controlplane/build-programs.ts';

const peers = [
  { name: 'popeye', from: 'github.com/derailed/popeye' },
  { name: 'kube-state-metrics', from: 'k8s.io/kube-state-metrics/v2' },
];

for (const { name, from } of peers) {
  const directory = fileURLToPath(new URL(name, import.meta.url));
  const inputs = moduleFiles(directory, 'go.mod', 'go.sum');
  const target = { name, title: name, firstTime: '5 minutes', inputs, args: (output: string) => goBuild(output, name, from) };
  await buildPrograms({ title: name, directory, targets: [target] });
}
