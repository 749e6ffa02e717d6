import type { Pattern } from './pattern.ts';

const run = 'kustomize-controller v1.9.6 with Kubernetes 1.37.2 (make test-delivery)';

/** What Flux says of its own objects: what they wait for, and what becomes of that which was applied. */
export const fluxPatterns: readonly Pattern[] = [
  {
    id: 'flux-source-missing',
    tool: 'Flux',
    all: ['.source.toolkit.fluxcd.io "', '" not found'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [{ what: 'source', after: '.source.toolkit.fluxcd.io "', until: '"' }],
    samples: [
      { text: 'GitRepository.source.toolkit.fluxcd.io "nowhere" not found', source: run, subject: 'source nowhere' },
      {
        text: 'OCIRepository.source.toolkit.fluxcd.io "shop" not found',
        source: 'kubernetes/apimachinery pkg/api/errors/errors.go (NewNotFound); fluxcd/source-controller api/v1/ocirepository_types.go',
        subject: 'source shop',
      },
    ],
  },
  {
    id: 'flux-source-not-fetched',
    tool: 'Flux',
    all: [],
    any: ['source artifact not found', 'source is not ready, artifact not found'],
    stage: 'Queue',
    cause: 'DependencyNotReady',
    samples: [
      { text: 'Source artifact not found, retrying in 30s', source: run },
      { text: 'Source is not ready, artifact not found', source: 'https://github.com/fluxcd/flux2/issues/1494' },
    ],
  },
  {
    id: 'dependency-missing',
    tool: 'Flux',
    all: ["dependency '", "' not found"],
    // That of a chart is no object.
    none: ["chart '"],
    stage: 'Queue',
    cause: 'NotFound',
    subject: [{ what: 'dependency', after: "dependency '", until: "'" }],
    samples: [
      {
        text: 'dependency \'delivery/nowhere\' not found: kustomizations.kustomize.toolkit.fluxcd.io "nowhere" not found',
        source: run,
        subject: 'dependency delivery/nowhere',
      },
      {
        text: 'dependency \'flux-system/infra\' not found: Kustomization.kustomize.toolkit.fluxcd.io "infra" not found',
        source: 'kubernetes/apimachinery pkg/api/errors/errors.go (NewNotFound); fluxcd/kustomize-controller api/v1/kustomization_types.go',
        subject: 'dependency flux-system/infra',
      },
    ],
  },
  {
    id: 'dependency-not-ready',
    tool: 'Flux',
    all: ["dependency '"],
    any: ["' is not ready", "' revision is not up to date"],
    stage: 'Queue',
    cause: 'DependencyNotReady',
    subject: [{ what: 'dependency', after: "dependency '", until: "'" }],
    samples: [
      { text: "dependency 'delivery/born-suspended' is not ready", source: run, subject: 'dependency delivery/born-suspended' },
      {
        text: "dependency 'apps/database' is not ready",
        source: 'fluxcd/helm-controller internal/controller/helmrelease_controller.go',
        subject: 'dependency apps/database',
      },
    ],
  },
  {
    id: 'health-check-timed-out',
    tool: 'Flux',
    all: ['timeout waiting for: ['],
    stage: 'Verify',
    cause: 'DeadlineExceeded',
    subject: [{ what: 'object', after: 'timeout waiting for: [', until: " ,]'" }],
    samples: [
      {
        text: "timeout waiting for: [StatefulSet/apps/database status: 'InProgress', Deployment/apps/web status: 'NotFound']",
        source: 'fluxcd/pkg ssa/manager_wait.go',
        subject: 'object StatefulSet/apps/database',
      },
      {
        text: "health check failed after 30.071476562s: timeout waiting for: [Deployment/apps/unhealthy status: 'InProgress']",
        source: run,
        subject: 'object Deployment/apps/unhealthy',
      },
    ],
  },
];
