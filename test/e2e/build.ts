/** Builds kubelet, kube-proxy, containerd and the pause program that `make e2e` runs: `node test/e2e/build.ts [--only kubelet]`. */
import { fileURLToPath } from 'node:url';
import { kubernetesVersion } from '../controlplane/binaries.ts';
import { buildPrograms, goBuild, linkProgram, moduleFiles, type Target } from '../controlplane/build-programs.ts';

const nodeDirectory = fileURLToPath(new URL('./node', import.meta.url));
const containerdDirectory = fileURLToPath(new URL('./containerd', import.meta.url));
const version = `-X k8s.io/component-base/version.gitVersion=${kubernetesVersion}`;
await buildPrograms({
  title: 'the node of the end-to-end suite',
  directory: nodeDirectory,
  targets: [
    {
      name: 'kubelet',
      title: `kubelet and kube-proxy ${kubernetesVersion}`,
      firstTime: '5 minutes after the control plane',
      inputs: [...moduleFiles(nodeDirectory, 'go.mod', 'go.sum', 'main.go'), version],
      args: (output) => goBuild(output, 'kubelet', '.', `-s -w ${version}`),
      afterwards: () => linkProgram('kubelet', ['kube-proxy']),
    },
    {
      name: 'pause',
      title: 'the pause program',
      firstTime: 'seconds',
      inputs: moduleFiles(nodeDirectory, 'pause/main.go'),
      args: (output) => goBuild(output, 'pause', './pause'),
    },
  ],
});

const ofContainerd = (name: string): Target => ({
  name,
  title: `${name} of containerd`,
  firstTime: '3 minutes',
  inputs: moduleFiles(containerdDirectory, 'go.mod', 'go.sum'),
  args: (output) => goBuild(output, name, `github.com/containerd/containerd/v2/cmd/${name}`),
});

await buildPrograms({
  title: 'containerd',
  directory: containerdDirectory,
  targets: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(ofContainerd),
});
