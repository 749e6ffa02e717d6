/** Builds what `make e2e` runs beside the control plane of the tests: the node, what a cluster has on it, and the Helm before ours. */
import { fileURLToPath } from 'node:url';
import { kubernetesVersion } from '../controlplane/binaries.ts';
import { buildPrograms, goBuild, goInstall, linkProgram, moduleFiles, type Target } from '../controlplane/build-programs.ts';

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

/** Of modules that say themselves what they need. */
const installed = (name: string, from: string, firstTime: string, more: Partial<Target> = {}): Target => ({
  ...{ name, title: from, firstTime, inputs: [from], args: () => goInstall(from) },
  ...more,
});

await buildPrograms({
  title: 'what runs on the node',
  directory: nodeDirectory,
  targets: [
    installed('coredns', 'github.com/coredns/coredns@v1.15.0', '3 minutes'),
    installed('metrics-server', 'sigs.k8s.io/metrics-server/cmd/metrics-server@v0.9.0', '3 minutes'),
    installed('helm3', 'helm.sh/helm/v3/cmd/helm@v3.22.0', '2 minutes', { executable: 'helm' }),
  ],
});
