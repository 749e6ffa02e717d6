import type { Capture, Pattern } from './pattern.ts';

const image: Capture = { what: 'image', after: 'image "', until: '"\\' };
const reference: Capture = { what: 'image', after: 'reference "', until: '"\\' };
const host: Capture = { what: 'registry', after: 'https://', until: '/"\'\\ ' };
const images = [reference, image, host];

/** What container runtimes and registries say of an image or artifact. */
export const imagePatterns: readonly Pattern[] = [
  {
    id: 'image-rate-limit',
    tool: 'Docker Hub and other registries',
    all: [],
    any: ['toomanyrequests', 'pull rate limit'],
    stage: 'Artifact',
    cause: 'RateLimited',
    subject: images,
    samples: [
      {
        text: 'Failed to pull image "index.docker.io/jaegertracing/all-in-one": rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/jaegertracing/all-in-one": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/jaegertracing/all-in-one/manifests/sha256:8d0b: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
        source: 'https://github.com/namespacelabs/foundation/issues/846',
        subject: 'image index.docker.io/jaegertracing/all-in-one',
      },
      {
        text: 'Failed to pull image "docker.io/kubeshark/hub:latest": rpc error: code = Unknown desc = loading manifest for target platform: reading manifest sha256:1070 in docker.io/kubeshark/hub: toomanyrequests: You have reached your pull rate limit.',
        source: 'https://github.com/kubeshark/kubeshark/issues/1291',
        subject: 'image docker.io/kubeshark/hub:latest',
      },
    ],
  },
  {
    id: 'rate-limit',
    tool: 'any server',
    all: ['429 too many requests'],
    cause: 'RateLimited',
    subject: [host],
    samples: [
      {
        text: 'failed to fetch https://charts.example.com/index.yaml : 429 Too Many Requests',
        source: 'helm/helm pkg/getter/httpgetter.go',
        subject: 'registry charts.example.com',
      },
      {
        text: 'GET https://registry.example.com/v2/team/shop/manifests/1: unexpected status code 429 Too Many Requests',
        source: 'google/go-containerregistry pkg/v1/remote/transport/error.go',
        subject: 'registry registry.example.com',
      },
    ],
  },
  {
    id: 'image-no-credentials',
    tool: 'Docker, containerd, registries of clouds',
    all: [],
    any: ['no basic auth credentials', 'unauthenticated request'],
    cause: 'CredentialsMissing',
    subject: [host, ...images],
    samples: [
      {
        text: 'Failed to pull image "registry.example.com/amazon/aws-load-balancer-controller:v2.1.0": rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example.com/v2/amazon/aws-load-balancer-controller/manifests/v2.1.0: no basic auth credentials',
        source: 'https://github.com/pegasystems/pega-helm-charts/issues/300',
        subject: 'registry registry.example.com',
      },
      {
        text: 'failed to resolve revision "latest": cannot get digest for revision latest: HEAD "https://us-west2-docker.pkg.dev/v2/project/app-config/all-configs/manifests/latest": response status code 403: denied: Unauthenticated request. Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts"',
        source: 'https://github.com/argoproj/argo-cd/issues/26260',
        subject: 'registry us-west2-docker.pkg.dev',
      },
      {
        text: 'rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example.com/v2/webbook/webbook/manifests/latest: no basic auth credentials',
        source: 'https://github.com/kubernetes/community/issues/4003',
        subject: 'registry registry.example.com',
      },
    ],
  },
  {
    id: 'image-anonymous-refused',
    tool: 'containerd',
    all: ['failed to fetch anonymous token'],
    any: [': 401', '401 unauthorized', ': 403', '403 forbidden'],
    cause: 'CredentialsMissing',
    subject: [reference, image, host],
    samples: [
      {
        text: 'failed to resolve reference "registry.example.com/team/scribe:pr-6940": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example.com/v2/token?service=registry.example.com: 401 ""',
        source: 'https://github.com/jfrog/jfrog-credentials-provider/issues/41',
        subject: 'image registry.example.com/team/scribe:pr-6940',
      },
      {
        text: 'amazoncorretto:11-al2-jdk: failed to authorize: failed to fetch anonymous token: unexpected status: 401',
        source: 'https://github.com/docker-library/tomcat/issues/321',
      },
    ],
  },
  {
    id: 'image-credentials-rejected',
    tool: 'registries, containerd, CRI-O, Docker',
    all: [],
    any: [
      ...['unauthorized: authentication required', 'invalid username/password', 'unauthorized: incorrect username or password'],
      ...[
        'denied: requested access to the resource is denied',
        'denied: permission',
        'denied: denied',
        'pull access denied',
        'no pull access',
      ],
      ...['insufficient_scope: authorization failed', 'unauthorized: access to the requested resource is not authorized'],
    ],
    none: ['429', 'i/o timeout', 'no such host', 'x509:', 'connection refused'],
    cause: 'CredentialsRejected',
    subject: images,
    samples: [
      {
        text: 'Failed to pull image "octarinesec/guardrails-enforcer:20.7": rpc error: code = Unknown desc = Error response from daemon: unauthorized: authentication required',
        source: 'https://github.com/octarinesec/octarine-operator/issues/15',
        subject: 'image octarinesec/guardrails-enforcer:20.7',
      },
      {
        text: 'Failed to pull image "quay.io/open-cluster-management/multicloudhub-operator-bundle@sha256:ba919b34": rpc error: code = Unknown desc = Error reading manifest sha256:ba919b34 in quay.io/open-cluster-management/multicloudhub-operator-bundle: unauthorized: access to the requested resource is not authorized',
        source: 'https://github.com/stolostron/deploy/issues/2',
        subject: 'image quay.io/open-cluster-management/multicloudhub-operator-bundle@sha256:ba919b34',
      },
      {
        text: 'Error reading manifest 3.1 in registry.example.com/mirror/pause-amd64: unauthorized: authentication required',
        source: 'https://github.com/cri-o/cri-o/issues/2614',
      },
      {
        text: 'failed to resolve reference "docker.io/hystax/deactivatorg:2025051201-public": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
        source: 'https://github.com/hystax/optscale/issues/661',
        subject: 'image docker.io/hystax/deactivatorg:2025051201-public',
      },
      {
        text: 'failed to determine artifact digest: GET https://ghcr.io/token?scope=repository:devantler-tech/platform/manifests:pull&service=ghcr.io: DENIED: denied',
        source: 'https://github.com/devantler-tech/platform/issues/1347',
        subject: 'registry ghcr.io',
      },
    ],
  },
  {
    id: 'image-token-refused',
    tool: 'containerd, Helm',
    all: ['failed to fetch oauth token'],
    any: ['401 unauthorized', '403 forbidden', 'denied'],
    cause: 'CredentialsRejected',
    subject: images,
    samples: [
      {
        text: 'Error: INSTALLATION FAILED: failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden',
        source: 'https://github.com/konpyutaika/nifikop/issues/273',
      },
      {
        text: 'failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token?scope=repository%3Aastral-sh%2Fuv%3Apull&service=ghcr.io: 403 Forbidden',
        source: 'https://github.com/nickjj/docker-django-example/issues/62',
        subject: 'registry ghcr.io',
      },
    ],
  },
  {
    id: 'image-status-401',
    tool: 'containerd',
    all: ['failed to resolve reference'],
    any: ['401 unauthorized', '403 forbidden'],
    cause: 'CredentialsRejected',
    subject: images,
    samples: [
      {
        text: 'failed to pull and unpack image "registry.example.com/team/shop:1": failed to resolve reference "registry.example.com/team/shop:1": pulling from host registry.example.com failed with status code [manifests 1]: 401 Unauthorized',
        source: 'https://github.com/kubernetes/kubernetes/issues/110678',
        subject: 'image registry.example.com/team/shop:1',
      },
      {
        text: 'failed to resolve reference "ghcr.io/team/shop:1": failed to authorize: unexpected status from GET request to https://ghcr.io/token?scope=repository: 403 Forbidden',
        source: 'containerd/containerd core/remotes/errors/errors.go (ErrUnexpectedStatus)',
        subject: 'image ghcr.io/team/shop:1',
      },
    ],
  },
  {
    id: 'registry-refused',
    tool: 'registries, Docker, go-containerregistry',
    all: ['/v2/', '/manifests/'],
    any: [': denied', '401 unauthorized', '403 forbidden'],
    cause: 'CredentialsRejected',
    subject: images,
    samples: [
      {
        text: 'Error response from daemon: Head "https://ghcr.io/v2/indeedeng/jfrog-container-webhook/manifests/main": denied',
        source: 'https://github.com/indeedeng/harbor-container-webhook/issues/38',
        subject: 'registry ghcr.io',
      },
      {
        text: 'GET https://registry.example.com/v2/team/shop/manifests/1: unexpected status code 401 Unauthorized: Not Authorized',
        source: 'google/go-containerregistry pkg/v1/remote/transport/error.go',
        subject: 'registry registry.example.com',
      },
    ],
  },
  {
    id: 'image-no-platform',
    tool: 'containerd, Docker',
    all: [],
    any: ['no match for platform in manifest', 'no matching manifest for'],
    stage: 'Artifact',
    cause: 'ImageMissing',
    subject: images,
    samples: [
      {
        text: 'Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in manifest: not found',
        source: 'https://github.com/link-assistant/hive-mind/issues/962',
      },
      {
        text: 'no matching manifest for linux/amd64 in the manifest list entries',
        source: 'https://github.com/kubewarden/adm-controller/issues/1698',
      },
    ],
  },
  {
    id: 'image-manifest-unknown',
    tool: 'registries (distribution)',
    all: [],
    any: ['manifest unknown', 'name unknown', 'manifest_unknown', 'name_unknown'],
    // What is no image of a pod: a chart, a bundle, the base of an image that is being built; what ORAS fetches (its words are the last).
    none: ['artifact', 'chart', 'bundle', 'oci://', 'building image', 'failed to solve', 'response status code'],
    stage: 'Artifact',
    cause: 'ImageMissing',
    subject: images,
    samples: [
      {
        text: 'Failed to pull image "lachlanevenson/k8s-kubectl:v1.18.20": rpc error: code = Unknown desc = Error response from daemon: manifest for lachlanevenson/k8s-kubectl:v1.18.20 not found: manifest unknown: manifest unknown',
        source: 'https://github.com/lachie83/k8s-kubectl/issues/157',
        subject: 'image lachlanevenson/k8s-kubectl:v1.18.20',
      },
      {
        text: 'determining manifest MIME type for docker://ghcr.io/teleproxy/teleproxy:latest: reading manifest sha256:ce8e in ghcr.io/teleproxy/teleproxy: manifest unknown',
        source: 'https://github.com/teleproxy/teleproxy/issues/49',
      },
    ],
  },
  {
    id: 'image-not-found',
    tool: 'containerd',
    all: [': not found'],
    any: ['failed to resolve reference', 'failed to resolve image'],
    none: ['chart', 'oci://', 'building image', 'failed to solve'],
    stage: 'Artifact',
    cause: 'ImageMissing',
    subject: images,
    samples: [
      {
        text: 'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.99": failed to resolve reference "docker.io/library/nginx:1.99": docker.io/library/nginx:1.99: not found',
        source: 'containerd/containerd core/remotes/docker/resolver.go',
        subject: 'image docker.io/library/nginx:1.99',
      },
      {
        text: 'failed to resolve reference "registry.k8s.io/pause:0.0": registry.k8s.io/pause:0.0: not found',
        source: 'containerd/containerd client/pull.go',
        subject: 'image registry.k8s.io/pause:0.0',
      },
      {
        text: 'rpc error: code = NotFound desc = failed to pull and unpack image "192.0.2.1:5000/team/web:9.9.9": failed to resolve image: 192.0.2.1:5000/team/web:9.9.9: not found',
        source: 'containerd/containerd core/transfer/local/pull.go (2.1)',
        subject: 'image 192.0.2.1:5000/team/web:9.9.9',
      },
    ],
  },
  {
    id: 'image-name-invalid',
    tool: 'kubelet, containerd',
    all: [],
    // Not what docker says while it builds: that the format is not that of a reference.
    any: ["couldn't parse image name", "couldn't parse image reference", 'failed to parse image name', 'failed to apply default image tag'],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    samples: [
      {
        text: 'Failed to apply default image tag "/cloudfoundry/75f129a0-d8c9-415a-9a8a-f514002f1459:a28a0570": couldn\'t parse image reference "/cloudfoundry/75f129a0-d8c9-415a-9a8a-f514002f1459:a28a0570": invalid reference format',
        source: 'https://github.com/cloudfoundry-incubator/kubecf/issues/63',
      },
      {
        text: 'failed to parse image name: invalid reference format',
        source: 'distribution/reference reference.go (ErrReferenceInvalidFormat)',
      },
    ],
  },
  {
    id: 'image-never-pulled',
    tool: 'kubelet',
    all: ['is not present with pull policy of never'],
    stage: 'Artifact',
    cause: 'ImageMissing',
    subject: [image],
    samples: [
      {
        text: 'Container image "error_pages:local" is not present with pull policy of Never',
        source: 'https://github.com/hystax/optscale/issues/701',
        subject: 'image error_pages:local',
      },
      {
        text: 'Container image "docker-registry.example.com/dev/anchor-platform:e6ca4be8" is not present with pull policy of Never',
        source: 'https://github.com/stellar/anchor-platform/pull/1467',
        subject: 'image docker-registry.example.com/dev/anchor-platform:e6ca4be8',
      },
    ],
  },
  {
    id: 'image-pull-qps',
    tool: 'kubelet',
    all: ['pull qps exceeded'],
    stage: 'Artifact',
    cause: 'RateLimited',
    subject: [image],
    samples: [
      {
        text: 'Failed to pull image "a.b.c/image-0.1": pull QPS exceeded',
        source: 'https://github.com/Azure/AKS/issues/3138',
        subject: 'image a.b.c/image-0.1',
      },
      {
        text: 'Failed to pull image "registry.example.com:5000/solana-contract:tilt-d018": pull QPS exceeded',
        source: 'https://github.com/tilt-dev/tilt/issues/5893',
        subject: 'image registry.example.com:5000/solana-contract:tilt-d018',
      },
    ],
  },
  {
    id: 'pull-secret-missing',
    tool: 'kubelet',
    all: ['unable to retrieve some image pull secrets'],
    cause: 'CredentialsMissing',
    subject: [{ what: 'Secret', after: 'image pull secrets (', until: ',)' }],
    samples: [
      {
        text: 'Unable to retrieve some image pull secrets (qryn-write-test-regcred); attempting to pull the image may not succeed.',
        source: 'https://github.com/metrico/gigapipe-helm/pull/9',
        subject: 'Secret qryn-write-test-regcred',
      },
      {
        text: 'Unable to retrieve some image pull secrets (confluent-registry); attempting to pull the image may not succeed.',
        source: 'https://github.com/confluentinc/confluent-kubernetes-examples/issues/276',
        subject: 'Secret confluent-registry',
      },
    ],
  },
];
