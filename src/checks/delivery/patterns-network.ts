import type { Capture, Pattern } from './pattern.ts';

const host: Capture = { what: 'host', after: 'https://', until: '/"\'\\ ' };

/** What any client says of a server that it cannot reach or trust; where it was at that time says the stage. */
export const networkPatterns: readonly Pattern[] = [
  {
    id: 'tls-untrusted',
    tool: 'Go clients',
    all: ['x509: '],
    none: ['rbac'],
    cause: 'TLS',
    subject: [host],
    samples: [
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
    all: ['server gave http response to https client'],
    cause: 'TLS',
    subject: [host],
    samples: [
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
      ...['tls handshake timeout', 'connection reset by peer', 'client.timeout exceeded'],
    ],
    none: ['readiness probe', 'liveness probe', 'startup probe'],
    cause: 'NetworkUnreachable',
    subject: [{ what: 'address', after: 'dial tcp ', until: ' ' }, host],
    samples: [
      {
        text: 'failed to resolve reference "docker.example.com/library/nginx:latest": failed to authorize: failed to fetch anonymous token: Get "https://auth.docker.io/token": dial tcp 199.59.148.222:443: i/o timeout',
        source: 'https://github.com/ketches/registry-proxy/issues/3',
        subject: 'address 199.59.148.222:443',
      },
      {
        text: "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/team/shop': ssh: handshake failed: read tcp 11.11.1.11:45906->140.82.121.4:22: read: connection timed out",
        source: 'https://github.com/fluxcd/source-controller/issues/1992',
      },
    ],
  },
  {
    id: 'wait-timed-out',
    tool: 'Helm, Kubernetes clients',
    all: ['timed out waiting for the condition'],
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
];
