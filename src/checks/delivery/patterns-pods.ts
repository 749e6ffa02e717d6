import type { Capture, Pattern } from './pattern.ts';

const named = (what: string, after: string): Capture => ({ what, after, until: '"' });

/** What the scheduler, the kubelet and container runtimes say of pods. */
export const podPatterns: readonly Pattern[] = [
  {
    id: 'probe-failed',
    tool: 'kubelet',
    all: [],
    any: [
      ...['readiness probe failed', 'liveness probe failed', 'startup probe failed', 'readiness probe errored'],
      ...['liveness probe errored', 'startup probe errored', 'failed liveness probe', 'failed startup probe'],
    ],
    cause: 'ProbeFailed',
    samples: [
      {
        text: 'Liveness probe failed: Get "http://10.0.171.162:8080/healthz": dial tcp 10.0.171.162:8080: connect: connection refused',
        source: 'https://github.com/mittwald/kubernetes-secret-generator/issues/65',
      },
      {
        text: 'Readiness probe failed: Get http://10.1.0.120:9000/ping: dial tcp 10.1.0.120:9000: connect: connection refused',
        source: 'https://github.com/traefik/traefik-helm-chart/issues/3',
      },
    ],
  },
  {
    id: 'unschedulable',
    tool: 'Kubernetes scheduler',
    all: ['nodes are available: '],
    stage: 'Deploy',
    cause: 'Unschedulable',
    samples: [
      {
        text: '0/29 nodes are available: 18 Insufficient cpu, 2 Too many pods, 21 Insufficient memory, 8 node(s) had untolerated taint {eks.amazonaws.com/compute-type: fargate}. preemption: 0/29 nodes are available: 1 Insufficient cpu',
        source: 'https://github.com/aws/karpenter-provider-aws/issues/5406',
      },
      {
        text: '0/1 nodes are available: 1 node(s) had untolerated taint {gpu: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling..',
        source: 'https://github.com/NVIDIA/k8s-device-plugin/issues/421',
      },
    ],
  },
  {
    id: 'volume-source-missing',
    tool: 'kubelet',
    all: ['mountvolume.setup failed for volume', '" not found'],
    any: [' : secret "', ' : secrets "', ' : configmap "', ' : configmaps "'],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [named('Secret', ' : secret "'), named('Secret', ' : secrets "'), named('ConfigMap', ' : configmap "')],
    samples: [
      {
        text: 'MountVolume.SetUp failed for volume "certs" : secret "coturn" not found',
        source: 'https://github.com/jaconi-io/helm-charts/issues/50',
        subject: 'Secret coturn',
      },
      {
        text: 'MountVolume.SetUp failed for volume "config" : configmap "loki-stack-promtail" not found',
        source: 'https://github.com/grafana/helm-charts/issues/2216',
        subject: 'ConfigMap loki-stack-promtail',
      },
    ],
  },
  {
    id: 'container-source-missing',
    tool: 'kubelet',
    all: ['" not found'],
    any: ['error: secret "', 'error: secrets "', 'error: configmap "', 'error: configmaps "'],
    // One that something else needs to log in or to decrypt with is another matter.
    none: ['decrypt', 'credential', 'auth', 'pull'],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [named('Secret', 'error: secret "'), named('Secret', 'error: secrets "'), named('ConfigMap', 'error: configmap "')],
    samples: [
      {
        text: 'Error: secrets "secrets-2.16.4-1" not found',
        source: 'https://github.com/cloudfoundry/eirini-release/issues/111',
        subject: 'Secret secrets-2.16.4-1',
      },
      {
        text: 'Error: secrets "my-password" not found',
        source: 'https://github.com/ibm-cloud-labs/iks-handson/issues/7',
        subject: 'Secret my-password',
      },
      {
        text: 'Error: secret "hcloud-csi" not found',
        source: 'https://github.com/hetznercloud/csi-driver/pull/306',
        subject: 'Secret hcloud-csi',
      },
    ],
  },
  {
    id: 'key-missing',
    tool: 'kubelet',
    all: ["couldn't find key "],
    any: [' in secret ', ' in configmap '],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [
      { what: 'Secret', after: ' in secret ' },
      { what: 'ConfigMap', after: ' in configmap ' },
    ],
    samples: [
      {
        text: "Error: couldn't find key SECURE_DATA in Secret default/deno-demo-secret",
        source: 'https://github.com/keptn/lifecycle-toolkit/issues/588',
        subject: 'Secret default/deno-demo-secret',
      },
      {
        text: "Error: couldn't find key network in Secret kube-system/hcloud",
        source: 'https://github.com/hetznercloud/csi-driver/issues/1389',
        subject: 'Secret kube-system/hcloud',
      },
    ],
  },
  {
    id: 'volumes-not-mounted',
    tool: 'kubelet',
    all: ['mount volumes'],
    any: ['timed out waiting for the condition', 'timeout expired waiting for volumes'],
    stage: 'Deploy',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'Unable to mount volumes for pod "core-deployment-214446676-kp9k6_default(63a2ee79)": timeout expired waiting for volumes to attach/mount for pod "core-deployment-214446676-kp9k6"/"default". list of unattached/unmounted volumes=[core-config-files]',
        source: 'https://github.com/kubernetes/kubernetes/issues/29297',
      },
      {
        text: 'Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data kube-api-access-8xk2p]: timed out waiting for the condition',
        source: 'kubernetes/kubernetes pkg/kubelet/volumemanager/volume_manager.go',
      },
    ],
  },
  {
    id: 'container-not-started',
    tool: 'containerd, Docker, runc',
    all: ['oci runtime create failed'],
    // That of the pod itself, which no workload brings.
    none: ['sandbox'],
    stage: 'Deploy',
    cause: 'CrashLoop',
    samples: [
      {
        text: 'OCI runtime create failed: container_linux.go:348: starting container process caused "exec: \\"/registry\\": executable file not found in $PATH": unknown.',
        source: 'https://github.com/moby/moby/issues/37713',
      },
      {
        text: 'Error: failed to start container "storageos": Error response from daemon: OCI runtime create failed: container_linux.go:345: starting container process caused "exec: \\"storageos\\": executable file not found in $PATH": unknown',
        source: 'https://github.com/storageos/cluster-operator/issues/141',
      },
    ],
  },
  {
    id: 'rollout-too-long',
    tool: 'kubectl, Argo CD',
    all: ['" exceeded its progress deadline'],
    stage: 'Deploy',
    cause: 'DeadlineExceeded',
    subject: [named('Deployment', 'deployment "')],
    samples: [
      {
        text: 'error: deployment "testapp" exceeded its progress deadline',
        source: 'https://github.com/kubernetes/kubernetes/issues/49637',
        subject: 'Deployment testapp',
      },
      {
        text: 'error: deployment "xxx" exceeded its progress deadline',
        source: 'https://github.com/Deepomatic/dmake/issues/475',
        subject: 'Deployment xxx',
      },
    ],
  },
  {
    id: 'job-gave-up',
    tool: 'Helm',
    all: [' failed: backofflimitexceeded'],
    stage: 'Deploy',
    cause: 'CrashLoop',
    samples: [
      { text: 'UPGRADE FAILED: Job failed: BackoffLimitExceeded', source: 'https://github.com/helm/helm/issues/6873' },
      { text: 'Error: Job failed: BackoffLimitExceeded', source: 'https://github.com/helm/helm/issues/3370' },
    ],
  },
];
