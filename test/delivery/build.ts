/**
 * Builds the real Flux controllers that `make test-delivery` runs: `node test/delivery/build.ts [--only source-controller]`.
 * Their releases are those of go.mod, where they are tools of the module.
 */
import { buildPrograms, goBuild, moduleFiles, type Target } from '../controlplane/build-programs.ts';
import { fluxControllers, moduleDirectory } from './flux-module.ts';

const target = (name: string): Target => ({
  name,
  title: `the ${name} of Flux`,
  firstTime: '5 minutes',
  inputs: moduleFiles(moduleDirectory, 'go.mod', 'go.sum'),
  args: (output) => goBuild(output, name, `github.com/fluxcd/${name}`),
});

await buildPrograms({ title: 'the Flux controllers', directory: moduleDirectory, targets: fluxControllers.map(target) });
