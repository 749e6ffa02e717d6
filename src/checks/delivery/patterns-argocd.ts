import type { Pattern } from './pattern.ts';

/** What Argo CD says itself, while it compares, renders and syncs; what others say goes through it as it is. */
export const argocdPatterns: readonly Pattern[] = [
  {
    id: 'argocd-source-denied',
    tool: 'Argo CD',
    all: [' not permitted in project '],
    any: ['application repo ', 'helm repos '],
    stage: 'Source',
    cause: 'AdmissionDenied',
    subject: [{ what: 'AppProject', after: "in project '", until: "'" }],
    samples: [
      {
        text: "InvalidSpecError: Unable to generate manifests in volume-autoscaler: rpc error: code = PermissionDenied desc = helm repos https://devops-nirvana.s3.amazonaws.com/helm-charts/ are not permitted in project 'prod'",
        source: 'https://github.com/DevOps-Nirvana/Kubernetes-Volume-Autoscaler/issues/23',
        subject: 'AppProject prod',
      },
      {
        text: "application repo https://git.example.com/team/shop.git is not permitted in project 'team-a'",
        source: 'argoproj/argo-cd util/argo/argo.go',
        subject: 'AppProject team-a',
      },
    ],
  },
  {
    id: 'argocd-project-denies',
    tool: 'Argo CD',
    all: [],
    any: ['do not match any of the allowed destinations in project', ' is not permitted in project ', ' are not permitted in project '],
    stage: 'Deploy',
    cause: 'AdmissionDenied',
    subject: [
      { what: 'AppProject', after: "in project '", until: "'" },
      { what: 'AppProject', after: 'in project ' },
    ],
    samples: [
      {
        text: "application destination server 'https://172.18.0.4:6443' and namespace 'team-a' do not match any of the allowed destinations in project 'team-a-project'",
        source: 'https://github.com/argoproj/argo-cd/issues/19481',
        subject: 'AppProject team-a-project',
      },
      {
        text: 'resource :Secret is not permitted in project foo',
        source: 'https://github.com/argoproj/argo-cd/issues/16259',
        subject: 'AppProject foo',
      },
    ],
  },
  {
    id: 'argocd-project-missing',
    tool: 'Argo CD',
    all: ['application referencing project ', ' which does not exist'],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [{ what: 'AppProject', after: 'referencing project ' }],
    samples: [
      {
        text: 'Application referencing project xyz which does not exist',
        source: 'https://github.com/argoproj/argo-cd/issues/21150',
        subject: 'AppProject xyz',
      },
      {
        text: 'InvalidSpecError: Application referencing project default which does not exist',
        source: 'argoproj/argo-cd util/argo/argo.go',
        subject: 'AppProject default',
      },
    ],
  },
  {
    id: 'argocd-cluster-missing',
    tool: 'Argo CD',
    all: ['there are no clusters with this name: '],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [{ what: 'cluster', after: 'clusters with this name: ' }],
    samples: [
      {
        text: 'unable to find destination server: there are no clusters with this name: does-not-exist',
        source: 'argoproj/argo-cd util/argo/argo_test.go',
        subject: 'cluster does-not-exist',
      },
      {
        text: 'application destination spec is invalid: unable to find destination server: there are no clusters with this name: prod-eu',
        source: 'argoproj/argo-cd applicationset/controllers/applicationset_controller.go',
        subject: 'cluster prod-eu',
      },
    ],
  },
  {
    id: 'argocd-crd-missing',
    tool: 'Argo CD',
    all: ['the kubernetes api could not find ', ' for requested resource '],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    subject: [{ what: 'kind', after: 'make sure the "', until: '"' }],
    samples: [
      {
        text: 'The Kubernetes API could not find monitoring.coreos.com/ServiceMonitor for requested resource shop/web. Make sure the "ServiceMonitor" CRD is installed on the destination cluster.',
        source: 'https://github.com/argoproj/argo-cd/pull/12980',
        subject: 'kind ServiceMonitor',
      },
      {
        text: 'The Kubernetes API could not find version "v1alpha1" of example.com/Widget for requested resource shop/web. Version "v1" of example.com/Widget is installed on the destination cluster.',
        source: 'argoproj/argo-cd util/argo/argo.go',
      },
    ],
  },
  {
    id: 'namespace-missing',
    tool: 'Kubernetes API server',
    all: ['namespaces "', '" not found'],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [{ what: 'Namespace', after: 'namespaces "', until: '"' }],
    samples: [
      {
        text: 'one or more objects failed to apply, reason: namespaces "shop" not found (retried 5 times).',
        source: 'kubernetes/apimachinery pkg/api/errors/errors.go (NewNotFound); argoproj/argo-cd controller/sync.go',
        subject: 'Namespace shop',
      },
      {
        text: 'one or more synchronization tasks completed unsuccessfully, reason: namespaces "team-a" not found (retried 5 times).',
        source: 'kubernetes/apimachinery pkg/api/errors/errors.go (NewNotFound); argoproj/argo-cd controller/sync.go',
        subject: 'Namespace team-a',
      },
    ],
  },
  {
    id: 'argocd-manifest-unreadable',
    tool: 'Argo CD',
    all: ['failed to unmarshal '],
    any: ['failedprecondition', 'error converting yaml to json', 'error unmarshaling json'],
    stage: 'Build',
    cause: 'InvalidManifest',
    subject: [{ what: 'file', after: 'failed to unmarshal "', until: '"' }],
    samples: [
      {
        text: 'rpc error: code = FailedPrecondition desc = Failed to unmarshal "tenants-applicationsets.yaml": <nil>',
        source: 'https://github.com/xsreality/argocd-applicationset-demo/issues/4',
        subject: 'file tenants-applicationsets.yaml',
      },
      {
        text: "rpc error: code = Unknown desc = Failed to unmarshal manifest: error converting YAML to JSON: yaml: line 19: could not find expected ':'",
        source: 'https://github.com/VictoriaMetrics/VictoriaMetrics/issues/196',
      },
    ],
  },
  {
    id: 'rollout-analysis-failed',
    tool: 'Argo Rollouts',
    all: ['metric "', '" assessed failed due to '],
    stage: 'Verify',
    cause: 'TestFailed',
    subject: [{ what: 'metric', after: 'metric "', until: '"' }],
    samples: [
      {
        text: 'Metric "latency" assessed Failed due to failed (3) > failureLimit (2)',
        source: 'argoproj/argo-rollouts analysis/analysis.go',
        subject: 'metric latency',
      },
      {
        text: 'Rollout aborted update to revision 7: Metric "errors" assessed Failed due to failed (1) > failureLimit (0)',
        source: 'argoproj/argo-rollouts analysis/analysis.go; argoproj/argo-rollouts utils/conditions/conditions.go',
        subject: 'metric errors',
      },
    ],
  },
  {
    id: 'argocd-repo-server-away',
    tool: 'Argo CD',
    all: ['code = unavailable'],
    any: ['failed to generate manifest', 'repository not accessible'],
    stage: 'Unknown',
    cause: 'NetworkUnreachable',
    subject: [{ what: 'address', after: 'dial tcp ', until: ' ' }],
    samples: [
      {
        text: 'application spec for blue-green is invalid: InvalidSpecError: repository not accessible: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing dial tcp 172.20.86.254:8081: i/o timeout"',
        source: 'https://github.com/argoproj/argocd-example-apps/issues/152',
        subject: 'address 172.20.86.254:8081',
      },
      {
        text: 'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unavailable desc = error reading from server: EOF',
        source: 'https://github.com/argoproj/argo-cd/issues/17546',
      },
    ],
  },
  {
    id: 'argocd-deadline',
    tool: 'Argo CD',
    all: ['code = deadlineexceeded'],
    any: ['comparisonerror', 'failed to load target state', 'failed to generate manifest'],
    none: ['dial tcp'],
    // It reads and renders in one go.
    stage: 'Unknown',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'ComparisonError: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
        source: 'argoproj/argo-cd controller/state.go; google.golang.org/grpc status/status.go',
      },
      {
        text: 'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = DeadlineExceeded desc = context deadline exceeded',
        source: 'argoproj/argo-cd controller/state.go; https://github.com/argoproj/argo-cd/issues/3864',
      },
    ],
  },
];
