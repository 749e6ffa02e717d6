import type { Capture, Pattern } from './pattern.ts';

const https: Capture = { what: 'repository', after: "'https://", until: "' " };
const ssh: Capture = { what: 'repository', after: "'ssh://", until: "' " };
const secret: Capture = { what: 'Secret', after: "failed to get secret '", until: "'" };
const chartHost: Capture = { what: 'host', after: 'failed to fetch https://', until: '/ :' };
const repository = [https, ssh];

/** What is said while a repository or chart is read: by Flux, Argo CD and Git itself. */
export const sourcePatterns: readonly Pattern[] = [
  {
    id: 'signature-not-verified',
    tool: 'Flux (Cosign, Notation)',
    all: ['failed to verify the signature using provider'],
    any: ['no matching signatures', 'no signatures found'],
    cause: 'VerificationFailed',
    samples: [
      {
        text: "failed to verify the signature using provider 'cosign': no matching signatures",
        source: 'fluxcd/source-controller internal/controller/ocirepository_controller.go; sigstore/cosign pkg/cosign/errors.go',
      },
      {
        text: "chart verification error: failed to verify the signature using provider 'cosign keyless': no signatures found",
        source: 'fluxcd/source-controller internal/helm/chart/builder_remote.go; sigstore/cosign pkg/cosign/errors.go',
      },
    ],
  },
  {
    id: 'git-signature',
    tool: 'Flux',
    all: ['signature verification of ', 'unable to verify payload with any of the given key rings'],
    cause: 'VerificationFailed',
    samples: [
      {
        text: "signature verification of commit '5394cb7f48332b2de7c17dd8b8384bbc84b7e738' failed: unable to verify Git commit: unable to verify payload with any of the given key rings",
        source: 'fluxcd/source-controller internal/controller/gitrepository_controller.go; fluxcd/pkg git/git.go',
      },
      {
        text: "signature verification of tag 'v1.2.3' failed: unable to verify Git tag: unable to verify payload with any of the given key rings",
        source: 'fluxcd/source-controller internal/controller/gitrepository_controller.go; fluxcd/pkg git/git.go',
      },
    ],
  },
  {
    id: 'source-secret-missing',
    tool: 'Flux',
    all: ['failed to get secret', 'not found'],
    cause: 'CredentialsMissing',
    subject: [secret],
    samples: [
      {
        text: 'failed to get secret \'flux-system/shop-git\': secrets "shop-git" not found',
        source: 'fluxcd/source-controller internal/controller/gitrepository_controller.go',
        subject: 'Secret flux-system/shop-git',
      },
      {
        text: 'failed to get secret \'apps/helm-login\': Secret "helm-login" not found',
        source: 'fluxcd/source-controller internal/controller/helmrepository_controller.go',
        subject: 'Secret apps/helm-login',
      },
    ],
  },
  {
    id: 'git-host-key',
    tool: 'Flux, Argo CD, OpenSSH',
    all: [],
    any: ['knownhosts: key', 'host key verification failed'],
    cause: 'TLS',
    subject: repository,
    samples: [
      {
        text: "unable to clone 'ssh://git.example.com/stefanprodan/my-demo-fleet': ssh: handshake failed: knownhosts: key mismatch",
        source: 'https://github.com/fluxcd/source-controller/issues/490',
        subject: 'repository git.example.com/stefanprodan/my-demo-fleet',
      },
      {
        text: 'rpc error: code = Unknown desc = ssh: handshake failed: knownhosts: key mismatch',
        source: 'https://github.com/argoproj/argo-cd/issues/7723',
      },
      {
        text: 'Host key verification failed.\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
        source: 'https://github.com/woodpecker-ci/plugin-git/issues/305',
      },
    ],
  },
  {
    id: 'git-key-refused',
    tool: 'Flux, Argo CD, OpenSSH',
    all: [],
    any: ['ssh: unable to authenticate', 'permission denied (publickey'],
    cause: 'CredentialsRejected',
    subject: repository,
    samples: [
      {
        text: 'git@gitlab.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.',
        source: 'https://github.com/lanagarmire/Granatum/issues/5',
      },
      { text: 'git clone error: ssh: handshake failed: ssh: unable to authenticate', source: 'https://github.com/fluxcd/flux2/issues/251' },
    ],
  },
  {
    id: 'git-no-credentials',
    tool: 'Git',
    all: [],
    any: ['could not read username for', 'could not read password for', 'terminal prompts disabled', 'required but no callback set'],
    cause: 'CredentialsMissing',
    subject: [{ what: 'host', after: "for 'https://", until: "'/" }],
    samples: [
      {
        text: "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
        source: 'git/git credential.c, prompt.c',
        subject: 'host git.example.com',
      },
      {
        text: "fatal: could not read Password for 'https://git.example.com': No such device or address",
        source: 'git/git credential.c',
        subject: 'host git.example.com',
      },
    ],
  },
  {
    id: 'git-credentials-rejected',
    tool: 'Flux, Argo CD, Git',
    all: [],
    any: [
      ...['authentication required', 'authorization failed', 'authentication failed for', 'http basic: access denied'],
      ...['the requested url returned error: 401', 'the requested url returned error: 403'],
    ],
    none: ['noauth', 'proxy authentication required', 'unauthorized: authentication'],
    cause: 'CredentialsRejected',
    subject: repository,
    samples: [
      {
        text: "fatal: unable to access 'https://gitlab.company.com/path/to/repo.git/': The requested URL returned error: 403",
        source: 'https://github.com/samcontesse/gitlab-merge-request-resource/issues/31',
        subject: 'repository gitlab.company.com/path/to/repo.git/',
      },
      {
        text: "remote: HTTP Basic: Access denied. The provided password or token is incorrect or your account has 2FA enabled and you must use a personal access token instead of a password.\nfatal: Authentication failed for 'https://git.example.com/team/shop.git/'",
        source: 'https://github.com/Syslifters/offsec-tools/issues/3',
        subject: 'repository git.example.com/team/shop.git/',
      },
      {
        text: "unable to clone 'https://git.example.com/team/shop.git': authentication required",
        source: 'https://github.com/fluxcd/flux2/issues/3301',
        subject: 'repository git.example.com/team/shop.git',
      },
      { text: 'rpc error: code = Unknown desc = authentication required', source: 'https://github.com/argoproj/argo-cd/issues/13023' },
    ],
  },
  {
    id: 'chart-index-refused',
    tool: 'Helm, Flux',
    all: ['index.yaml'],
    any: ['401 unauthorized', '403 forbidden'],
    cause: 'CredentialsRejected',
    subject: [chartHost],
    samples: [
      {
        text: 'Error: looks like "https://charts.jetstack.io" is not a valid chart repository or cannot be reached: failed to fetch https://charts.jetstack.io/index.yaml: 403 Forbidden',
        source: 'https://github.com/cert-manager/cert-manager/issues/6416',
        subject: 'host charts.jetstack.io',
      },
      {
        text: 'Error: looks like "https://artifactory.example.com/artifactory/helm-virtual" is not a valid chart repository or cannot be reached: failed to fetch https://artifactory.example.com/artifactory/helm-virtual/index.yaml : 401 Unauthorized',
        source: 'https://github.com/helm/chart-testing/issues/240',
        subject: 'host artifactory.example.com',
      },
    ],
  },
  {
    id: 'chart-index-missing',
    tool: 'Helm, Flux',
    all: ['index.yaml', '404 not found'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [chartHost],
    samples: [
      {
        text: 'failed to fetch https://charts.example.com/stable/index.yaml : 404 Not Found',
        source: 'helm/helm pkg/getter/httpgetter.go',
        subject: 'host charts.example.com',
      },
      {
        text: 'Error: looks like "https://team.example.com/charts" is not a valid chart repository or cannot be reached: failed to fetch https://team.example.com/charts/index.yaml : 404 Not Found',
        source: 'helm/helm pkg/getter/httpgetter.go; helm/helm pkg/repo/chartrepo.go',
        subject: 'host team.example.com',
      },
    ],
  },
  {
    id: 'git-no-such-ref',
    tool: 'Flux, Git',
    all: [],
    any: ["couldn't find remote ref", 'not found in upstream origin'],
    // A remote base is fetched while building.
    none: ['accumulating resources'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [
      { what: 'branch or tag', after: 'remote ref "refs/heads/', until: '"' },
      { what: 'revision', after: 'remote ref "', until: '"' },
      { what: 'branch or tag', after: 'fatal: remote branch ' },
    ],
    samples: [
      {
        text: 'warning: Could not find remote branch volume_1 to clone.\nfatal: Remote branch volume_1 not found in upstream origin',
        source: 'https://github.com/harness/harness/issues/284',
        subject: 'branch or tag volume_1',
      },
      {
        text: "failed to checkout and determine revision: unable to clone 'ssh://git.example.com/chart-function': couldn't find remote ref \"refs/heads/testing\"",
        source: 'https://github.com/hmcts/sds-flux-config/pull/6708',
        subject: 'branch or tag testing',
      },
      {
        text: 'git clone error: couldn\'t find remote ref "refs/heads/main"',
        source: 'https://github.com/fluxcd/flux2/issues/1014',
        subject: 'branch or tag main',
      },
    ],
  },
  {
    id: 'argocd-no-such-revision',
    tool: 'Argo CD',
    all: ['unable to resolve', 'to a commit sha'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [{ what: 'revision', after: "unable to resolve '", until: "'" }],
    samples: [
      {
        text: "rpc error: code = Unknown desc = unable to resolve 'release-9' to a commit SHA",
        source: 'argoproj/argo-cd util/git/client.go',
        subject: 'revision release-9',
      },
      {
        text: "failed to initialize repository resources: unable to resolve 'v1.2.3' to a commit SHA",
        source: 'argoproj/argo-cd util/git/client.go',
        subject: 'revision v1.2.3',
      },
    ],
  },
  {
    id: 'git-no-such-repository',
    tool: 'Git, Flux, Argo CD',
    all: [],
    any: ['repository not found', "fatal: repository '"],
    // That of an image or chart is one of a registry; a remote base is fetched while building.
    none: ['accumulating resources', 'failed to pull', 'pulling image', '/manifests/', 'oci://'],
    stage: 'Source',
    cause: 'NotFound',
    subject: repository,
    samples: [
      {
        text: "unable to clone 'https://git.example.com/team/shop.git': repository not found",
        source: 'go-git/go-git plumbing/transport/common.go (ErrRepositoryNotFound)',
        subject: 'repository git.example.com/team/shop.git',
      },
      {
        text: "remote: Repository not found.\nfatal: repository 'https://git.example.com/team/shop.git/' not found",
        source: 'git/git remote-curl.c',
        subject: 'repository git.example.com/team/shop.git/',
      },
    ],
  },
  {
    id: 'path-missing',
    tool: 'Flux, Argo CD',
    all: [],
    any: ['kustomization path not found', 'app path does not exist'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [{ what: 'path', after: 'error: ', until: ':' }],
    samples: [
      {
        text: 'kustomization path not found: stat /tmp/team3897174358/tenants/puretest: no such file or directory',
        source: 'https://github.com/XenitAB/terraform-modules/issues/402',
      },
      {
        text: 'rpc error: code = Unknown desc = Manifest generation error (cached): apps/shop: app path does not exist',
        source: 'argoproj/argo-cd util/app/path/path.go',
      },
    ],
  },
];
