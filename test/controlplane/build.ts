/**
 * Builds the programs that the tests and the demo run: `node test/controlplane/build.ts [--only controlplane,kwok,helm]`.
 * What is up to date is skipped, so it is cheap to call before every test run.
 */
import { fileURLToPath } from 'node:url';
import { controlPlanePrograms, helmVersion, kubernetesVersion, kwokVersion } from './binaries.ts';
import { buildPrograms, goBuild, goInstall, linkProgram, moduleFiles } from './build-programs.ts';

const directory = fileURLToPath(new URL('.', import.meta.url));

function versionFlags(): string {
  const variable = 'k8s.io/component-base/version';
  const [major, minor] = kubernetesVersion.slice(1).split('.');
  return `-s -w -X ${variable}.gitVersion=${kubernetesVersion} -X ${variable}.gitMajor=${major} -X ${variable}.gitMinor=${minor}`;
}

const helmLdflags = `-s -w -X helm.sh/helm/v4/internal/version.version=${helmVersion}`;

await buildPrograms({
  title: 'the test control plane',
  directory,
  targets: [
    {
      name: 'controlplane',
      title: `Kubernetes ${kubernetesVersion} control plane and kubectl`,
      firstTime: '8 to 15 minutes',
      inputs: [...moduleFiles(directory, 'go.mod', 'go.sum', 'main.go'), versionFlags()],
      args: (output) => goBuild(output, 'controlplane', '.', versionFlags()),
      afterwards: () => linkProgram('controlplane', controlPlanePrograms),
    },
    {
      name: 'kwok',
      title: `kwok ${kwokVersion}`,
      firstTime: '3 minutes',
      inputs: [kwokVersion],
      args: () => goInstall(`sigs.k8s.io/kwok/cmd/kwok@${kwokVersion}`),
    },
    {
      name: 'helm',
      title: `Helm ${helmVersion}`,
      firstTime: '3 minutes',
      inputs: [helmLdflags],
      args: () => goInstall(`helm.sh/helm/v4/cmd/helm@${helmVersion}`, helmLdflags),
    },
  ],
});
