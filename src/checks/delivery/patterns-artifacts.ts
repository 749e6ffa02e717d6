import type { Capture, Pattern } from './pattern.ts';

const host: Capture = { what: 'registry', after: 'https://', until: '/"\'\\ ' };

/** What is said of packages that no pod runs: OCI artifacts and charts. */
export const artifactPatterns: readonly Pattern[] = [
  {
    id: 'artifact-missing',
    tool: 'Flux, registries',
    all: ['failed to determine artifact digest'],
    any: ['manifest_unknown', 'manifest unknown', 'name_unknown', '404 not found'],
    stage: 'Artifact',
    cause: 'NotFound',
    subject: [host],
    samples: [
      {
        text: 'failed to determine artifact digest: GET https://registry.example.com/v2/team/charts/shop/manifests/6.0.0: MANIFEST_UNKNOWN: manifest unknown',
        source:
          'fluxcd/source-controller internal/controller/ocirepository_controller.go; google/go-containerregistry pkg/v1/remote/transport/error.go',
        subject: 'registry registry.example.com',
      },
      {
        text: 'failed to determine artifact digest: GET https://registry.example.com/v2/team/shop/manifests/v1.5.0: unexpected status code 404 Not Found: Not Found',
        source: 'https://github.com/fluxcd/source-controller/issues/2050',
        subject: 'registry registry.example.com',
      },
    ],
  },
  {
    id: 'chart-missing',
    tool: 'Flux, Helm',
    all: [],
    any: ['no chart version found', 'no chart name found', 'could not locate a version matching provided version string'],
    stage: 'Unknown',
    cause: 'NotFound',
    samples: [
      {
        text: 'chart pull error: failed to get chart version for remote reference: no chart name found',
        source: 'https://github.com/fluxcd/helm-controller/issues/429',
      },
      {
        text: 'chart pull error: failed to get chart version for remote reference: could not locate a version matching provided version string >=0.16.0-rc.5',
        source: 'https://github.com/flux-iac/tofu-controller/issues/1508',
      },
      {
        text: 'Error: chart "fluent-bit" matching 0.17.0 not found in fluent index. (try \'helm repo update\'): no chart version found for fluent-bit-0.17.0',
        source: 'https://github.com/fluent/helm-charts/issues/158',
      },
    ],
  },
];
