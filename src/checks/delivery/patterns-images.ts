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
    any: ['toomanyrequests', 'pull rate limit', '429 too many requests'],
    stage: 'Artifact',
    cause: 'RateLimited',
    subject: images,
    samples: [
      {
        text: 'failed to pull and unpack image "docker.io/library/busybox:latest": failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/busybox/manifests/sha256:50aa: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
        source: 'https://github.com/kata-containers/kata-containers/issues/10109',
        subject: 'image docker.io/library/busybox:latest',
      },
      {
        text: 'Failed to pull image "docker.io/kubeshark/hub:latest": rpc error: code = Unknown desc = loading manifest for target platform: reading manifest sha256:1070 in docker.io/kubeshark/hub: toomanyrequests: You have reached your pull rate limit.',
        source: 'https://github.com/kubeshark/kubeshark/issues/1291',
        subject: 'image docker.io/kubeshark/hub:latest',
      },
    ],
  },
  {
    id: 'image-no-credentials',
    tool: 'Docker, containerd (ECR)',
    all: ['no basic auth credentials'],
    stage: 'Authentication',
    cause: 'CredentialsMissing',
    subject: [host, ...images],
    samples: [
      {
        text: 'rpc error: code = Unknown desc = Error response from daemon: Get https://registry.example.com/v2/webbook/webbook/manifests/latest: no basic auth credentials',
        source: 'https://github.com/kubernetes/community/issues/4003',
        subject: 'registry registry.example.com',
      },
      {
        text: 'failed to resolve reference "registry.example.com/k8s-example/pause:3.9": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials',
        source: 'https://github.com/kubernetes/kops/issues/16762',
        subject: 'image registry.example.com/k8s-example/pause:3.9',
      },
    ],
  },
  {
    id: 'image-anonymous-refused',
    tool: 'containerd',
    all: ['failed to fetch anonymous token'],
    any: [': 401', '401 unauthorized'],
    stage: 'Authentication',
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
    tool: 'containerd, CRI-O, Docker',
    all: [],
    any: [
      ...['unauthorized: authentication required', 'invalid username/password', 'unauthorized: incorrect username or password'],
      ...['denied: requested access to the resource is denied', 'denied: permission', 'failed to fetch oauth token'],
    ],
    none: ['repository does not exist or may require', '429', 'i/o timeout', 'no such host', 'x509:', 'connection refused'],
    stage: 'Authentication',
    cause: 'CredentialsRejected',
    subject: images,
    samples: [
      {
        text: 'Failed to pull image "octarinesec/guardrails-enforcer:20.7": rpc error: code = Unknown desc = Error response from daemon: unauthorized: authentication required',
        source: 'https://github.com/octarinesec/octarine-operator/issues/15',
        subject: 'image octarinesec/guardrails-enforcer:20.7',
      },
      {
        text: 'Error reading manifest 3.1 in registry.example.com/mirror/pause-amd64: unauthorized: authentication required',
        source: 'https://github.com/cri-o/cri-o/issues/2614',
      },
    ],
  },
  {
    id: 'image-status-401',
    tool: 'containerd',
    all: ['failed to resolve reference'],
    any: ['401 unauthorized', '403 forbidden'],
    stage: 'Authentication',
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
    id: 'image-no-platform',
    tool: 'containerd, Docker',
    all: [],
    any: ['no match for platform in manifest', 'no matching manifest for'],
    stage: 'Artifact',
    cause: 'ImageMissing',
    subject: images,
    samples: [
      {
        text: 'rpc error: code = NotFound desc = failed to pull and unpack image "ghcr.io/codefactoryhu/manifest:0.1.5": no match for platform in manifest: not found',
        source: 'https://github.com/codefactoryhu/manifest/issues/11',
        subject: 'image ghcr.io/codefactoryhu/manifest:0.1.5',
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
    all: ['failed to resolve reference', ': not found'],
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
    ],
  },
  {
    id: 'image-name-invalid',
    tool: 'kubelet, containerd',
    all: [],
    any: ['invalid reference format', "couldn't parse image name", 'invalidimagename'],
    stage: 'Artifact',
    cause: 'InvalidManifest',
    samples: [
      {
        text: 'Failed to apply default image tag "registry.example.com/Shop:1": couldn\'t parse image name "registry.example.com/Shop:1": invalid reference format: repository name (Shop) must be lowercase',
        source: 'kubernetes/kubernetes pkg/kubelet/images/image_manager.go',
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
        text: 'Container image "shop:1" is not present with pull policy of Never',
        source: 'kubernetes/kubernetes pkg/kubelet/images/image_manager.go',
        subject: 'image shop:1',
      },
      {
        text: 'Container image "registry.example.com/shop/web:dev" is not present with pull policy of Never',
        source: 'kubernetes/kubernetes pkg/kubelet/images/image_manager.go',
        subject: 'image registry.example.com/shop/web:dev',
      },
    ],
  },
];
