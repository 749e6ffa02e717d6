import type { Capture, Pattern } from './pattern.ts';

const host: Capture = { what: 'host', after: 'https://', until: '/"\'\\ ' };

/** What any client says of a server that it cannot reach or trust; where it was at that time says the stage. */
export const networkPatterns: readonly Pattern[] = [
  {
    id: 'tls-untrusted',
    tool: 'Go clients, Git',
    all: [],
    any: ['x509: ', 'ssl certificate problem', 'server certificate verification failed'],
    none: ['rbac'],
    cause: 'TLS',
    subject: [host],
    samples: [
      {
        text: "fatal: unable to access 'https://gitlab.internal.company.net/NA/snow.git/': SSL certificate problem: unable to get local issuer certificate",
        source: 'https://github.com/gitlabhq/gitlab-ci-runner/issues/147',
        subject: 'host gitlab.internal.company.net',
      },
      {
        text: 'Failed to pull image "selenium/hub": rpc error: code = Unknown desc = Error response from daemon: Get "https://registry-1.docker.io/v2/": x509: certificate signed by unknown authority',
        source: 'https://github.com/kubernetes/minikube/issues/12944',
        subject: 'host registry-1.docker.io',
      },
      {
        text: 'Failed to pull image "10.78.0.228:5000/shop": Error response from daemon: {"message":"Get https://10.78.0.228:5000/v1/_ping: x509: certificate signed by unknown authority"}',
        source: 'https://github.com/kubernetes/kubernetes/issues/43924',
        subject: 'host 10.78.0.228:5000',
      },
    ],
  },
  {
    id: 'tls-plain-http',
    tool: 'Go clients',
    all: [],
    any: ['server gave http response to https client', 'first record does not look like a tls handshake'],
    cause: 'TLS',
    subject: [host],
    samples: [
      {
        text: 'Get "https://registry.example.com/v2/": tls: first record does not look like a TLS handshake',
        source: 'golang/go crypto/tls/conn.go; net/http/transport.go',
        subject: 'host registry.example.com',
      },
      {
        text: 'failed to do request: Head "https://registry.example.com:5000/v2/shop/manifests/1": http: server gave HTTP response to HTTPS client',
        source: 'golang/go net/http/transport.go',
        subject: 'host registry.example.com:5000',
      },
      {
        text: 'Error response from daemon: Get https://10.0.0.5:5000/v2/: http: server gave HTTP response to HTTPS client',
        source: 'golang/go net/http/client.go (ErrSchemeMismatch)',
        subject: 'host 10.0.0.5:5000',
      },
    ],
  },
  {
    id: 'host-unknown',
    tool: 'Go clients, Git',
    all: [],
    any: ['no such host', 'could not resolve host', 'server misbehaving'],
    cause: 'NetworkUnreachable',
    subject: [
      { what: 'host', after: 'could not resolve host: ' },
      { what: 'host', after: 'lookup ', until: ' :' },
    ],
    samples: [
      {
        text: "unable to clone 'https://git.example.com/shop.git': dial tcp: lookup git.example.com on 10.96.0.10:53: no such host",
        source: 'golang/go net/dnsclient_unix.go (errNoSuchHost)',
        subject: 'host git.example.com',
      },
      {
        text: "fatal: unable to access 'https://git.example.com/shop.git/': Could not resolve host: git.example.com",
        source: 'git/git http.c; curl/curl lib/strerror.c',
        subject: 'host git.example.com',
      },
    ],
  },
  {
    id: 'unreachable',
    tool: 'Go clients, Git',
    all: [],
    any: [
      ...['i/o timeout', 'connection refused', 'connection timed out', 'no route to host', 'network is unreachable'],
      ...['tls handshake timeout', 'connection reset by peer', 'client.timeout exceeded', 'error: rpc failed; curl '],
    ],
    // Said of a pipe.
    none: ['oci runtime'],
    cause: 'NetworkUnreachable',
    subject: [{ what: 'address', after: 'dial tcp ', until: ' ' }, host],
    samples: [
      {
        text: 'error: RPC failed; curl 56 GnuTLS recv error (-54): Error in the pull function.\nfatal: The remote end hung up unexpectedly\nfatal: early EOF\nfatal: index-pack failed',
        source: 'https://github.com/kubeflow/kubeflow/issues/1178',
      },
      {
        text: 'error testing repository connectivity: Get "https://example.com/example.git/info/refs?service=git-upload-pack": read tcp 192.0.2.1:38630->192.0.2.2:443: read: connection reset by peer',
        source: 'https://github.com/argoproj/argo-cd/issues/12665',
        subject: 'host example.com',
      },
      {
        text: 'failed to resolve reference "docker.example.com/library/nginx:latest": failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token": dial tcp 199.59.148.222:443: i/o timeout',
        source: 'https://github.com/ketches/registry-proxy/issues/3',
        subject: 'address 199.59.148.222:443',
      },
    ],
  },
  {
    id: 'server-failed',
    tool: 'registries, Git servers',
    all: [],
    any: [
      ...['500 internal server error', '502 bad gateway', '503 service unavailable', '503 service temporarily unavailable'],
      ...['504 gateway time-out', '504 gateway timeout'],
    ],
    cause: 'NetworkUnreachable',
    subject: [host],
    samples: [
      {
        text: 'Error response from daemon: Head "https://registry-1.docker.io/v2/moby/buildkit/manifests/buildx-stable-1": received unexpected HTTP status: 503 Service Unavailable',
        source: 'https://github.com/docker/hub-feedback/issues/2499',
        subject: 'host registry-1.docker.io',
      },
      {
        text: 'failed to resolve reference "docker.io/godarch/arch:latest": failed to fetch anonymous token: unexpected status: 503 Service Unavailable',
        source: 'https://github.com/godarch/darch/issues/24',
      },
    ],
  },
  {
    id: 'helm-wait',
    tool: 'Helm',
    all: ['context deadline exceeded'],
    any: ['helm upgrade failed', 'helm install failed', 'hooks failed: '],
    none: ['://', 'rate limiter', 'dial tcp'],
    // It ran out while something was applied, while a hook ran or while what was applied was waited for.
    stage: 'Unknown',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'Helm upgrade failed for release services/paperless with chart app-template@4.1.2: context deadline exceeded',
        source: 'https://github.com/rafaribe/home-ops/issues/4048',
      },
      { text: 'pre-upgrade hooks failed: context deadline exceeded', source: 'https://github.com/SUSE/suse-ai-up/issues/26' },
    ],
  },
  {
    id: 'wait-timed-out',
    tool: 'Helm',
    // Any client of the API server says so of any wait.
    all: ['timed out waiting for the condition'],
    any: ['install failed', 'installation failed', 'upgrade failed', 'rollback failed'],
    none: ['hook'],
    stage: 'Verify',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'Helm upgrade failed: timed out waiting for the condition',
        source: 'kubernetes/apimachinery pkg/util/wait/error.go; fluxcd/helm-controller internal/action',
      },
      {
        text: 'Error: INSTALLATION FAILED: timed out waiting for the condition',
        source: 'kubernetes/apimachinery pkg/util/wait/error.go; helm/helm cmd/helm/install.go',
      },
    ],
  },
  {
    id: 'script-failed',
    tool: 'GitLab runner',
    all: [],
    any: ['job failed: exit code ', 'job failed: exit status ', 'job failed: command terminated with exit code '],
    none: ['test', 'deploy', 'push', 'fatal:', 'error response from daemon', 'denied', 'forbidden', 'unauthorized', 'not found'],
    stage: 'Build',
    cause: 'BuildFailed',
    samples: [
      {
        text: 'WARNING: Error while executing file based variables removal script\nWARNING: Job failed: exit status 1',
        source: 'https://github.com/boytpcm123/gitlab-ci-fastlane/issues/1',
      },
      { text: 'ERROR: Job failed: exit code 1', source: 'https://github.com/sameersbn/docker-gitlab-ci-multi-runner/issues/40' },
    ],
  },
];
