import type { Capture, Pattern } from './pattern.ts';

const https: Capture = { what: 'repository', after: "'https://", until: "' " };
const ssh: Capture = { what: 'repository', after: "'ssh://", until: "' " };
const secret: Capture = { what: 'Secret', after: "failed to get secret '", until: "'" };
const repository = [https, ssh];

/** What is said while a repository or chart is read: by Flux, Argo CD and Git itself. */
export const sourcePatterns: readonly Pattern[] = [
  {
    id: 'source-secret-missing',
    tool: 'Flux',
    all: ['failed to get secret', 'not found'],
    stage: 'Authentication',
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
    tool: 'Flux, Argo CD',
    all: ['knownhosts: key'],
    stage: 'Authentication',
    cause: 'VerificationFailed',
    subject: repository,
    samples: [
      {
        text: "failed to checkout and determine revision: unable to clone 'ssh://git.example.com/shop': ssh: handshake failed: knownhosts: key mismatch",
        source: 'https://github.com/fluxcd/flux2/issues/3774',
        subject: 'repository git.example.com/shop',
      },
      {
        text: 'rpc error: code = Unknown desc = ssh: handshake failed: knownhosts: key mismatch',
        source: 'https://github.com/argoproj/argo-cd/issues/7723',
      },
    ],
  },
  {
    id: 'git-key-refused',
    tool: 'Flux, Argo CD',
    all: ['ssh: unable to authenticate'],
    stage: 'Authentication',
    cause: 'CredentialsRejected',
    subject: repository,
    samples: [
      {
        text: "failed to checkout and determine revision: unable to clone 'ssh://git@github.com/team/shop': ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
        source: 'https://github.com/fluxcd/source-controller/issues/652',
        subject: 'repository github.com/team/shop',
      },
      { text: 'git clone error: ssh: handshake failed: ssh: unable to authenticate', source: 'https://github.com/fluxcd/flux2/issues/251' },
    ],
  },
  {
    id: 'git-no-credentials',
    tool: 'Git',
    all: [],
    any: ['could not read username for', 'could not read password for', 'terminal prompts disabled'],
    stage: 'Authentication',
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
    any: ['authentication required', 'authorization failed', 'authentication failed for'],
    none: ['repository does not exist', 'noauth', 'proxy authentication required', 'unauthorized: authentication'],
    stage: 'Authentication',
    cause: 'CredentialsRejected',
    subject: repository,
    samples: [
      {
        text: "unable to clone 'https://git.example.com/team/shop.git': authentication required",
        source: 'https://github.com/fluxcd/flux2/issues/3301',
        subject: 'repository git.example.com/team/shop.git',
      },
      {
        text: "failed to checkout and determine revision: unable to list remote for 'https://gitlab.example.com/flux/flux2.git': authorization failed",
        source: 'https://github.com/fluxcd/flux2/issues/4861',
        subject: 'repository gitlab.example.com/flux/flux2.git',
      },
      { text: 'rpc error: code = Unknown desc = authentication required', source: 'https://github.com/argoproj/argo-cd/issues/13023' },
    ],
  },
  {
    id: 'git-no-such-ref',
    tool: 'Flux',
    all: ["couldn't find remote ref"],
    stage: 'Source',
    cause: 'NotFound',
    subject: [
      { what: 'branch or tag', after: 'remote ref "refs/heads/', until: '"' },
      { what: 'revision', after: 'remote ref "', until: '"' },
    ],
    samples: [
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
    any: ['repository not found', 'remote: not found'],
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
        text: 'kustomization path not found: stat /tmp/kustomization-103271/clusters/prod: no such file or directory',
        source: 'fluxcd/kustomize-controller internal/controller/kustomization_controller.go',
      },
      {
        text: 'rpc error: code = Unknown desc = Manifest generation error (cached): apps/shop: app path does not exist',
        source: 'argoproj/argo-cd util/app/path/path.go',
      },
    ],
  },
];
