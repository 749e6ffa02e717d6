/** Builds the programs that `make bench-peers` measures beside the operator. */
import { buildPrograms, goBuild, moduleFiles } from '../../controlplane/build-programs.ts';
import { directoryOf, kubeStateMetrics, popeye, titleOf } from './programs.ts';

for (const peer of [popeye, kubeStateMetrics]) {
  const { name, from, firstTime } = peer;
  const directory = directoryOf(peer);
  const inputs = moduleFiles(directory, 'go.mod', 'go.sum');
  const target = { name, title: titleOf(peer), firstTime, inputs, args: (output: string) => goBuild(output, name, from) };
  await buildPrograms({ title: name, directory, targets: [target] });
}
