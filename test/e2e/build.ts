/** Builds kubelet, kube-proxy, containerd and the pause program that `make e2e` runs: `node test/e2e/build.ts [--only kubelet]`. */
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binDirectory, kubernetesVersion } from '../controlplane/binaries.ts';
import { buildPrograms, moduleFiles, type Target } from '../controlplane/build-programs.ts';

const nodeDirectory = fileURLToPath(new URL('./node', import.meta.url));
const containerdDirectory = fileURLToPath(new URL('./containerd', import.meta.url));
const version = `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`;
const build = (output: string, name: string, from: string, flags = '') => [
  ...['build', '-v', '-trimpath', '-buildvcs=false', '-ldflags', `-s -w ${flags}`.trim(), '-o', join(output, name), from],
];

/** Both are one program, which goes by its name. */
function linkKubeProxy(): void {
  const link = join(binDirectory, 'kube-proxy');
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync('kubelet', link);
}

await buildPrograms({
  title: 'the node of the end-to-end suite',
  directory: nodeDirectory,
  targets: [
    {
      name: 'kubelet',
      title: `kubelet and kube-proxy ${kubernetesVersion}`,
      firstTime: '5 minutes after the control plane',
      inputs: [...moduleFiles(nodeDirectory, 'go.mod', 'go.sum', 'main.go'), version],
      args: (output) => build(output, 'kubelet', '.', version),
      afterwards: linkKubeProxy,
    },
    {
      name: 'pause',
      title: 'the pause program',
      firstTime: 'seconds',
      inputs: moduleFiles(nodeDirectory, 'pause/main.go'),
      args: (output) => build(output, 'pause', './pause'),
    },
  ],
});

const ofContainerd = (name: string): Target => ({
  name,
  title: `${name} of containerd`,
  firstTime: '3 minutes',
  inputs: moduleFiles(containerdDirectory, 'go.mod', 'go.sum'),
  args: (output) => build(output, name, `github.com/containerd/containerd/v2/cmd/${name}`),
});

await buildPrograms({
  title: 'containerd',
  directory: containerdDirectory,
  targets: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(ofContainerd),
});
