import type { Case, LookAlike } from './case.ts';
import { privately, silently } from './git-server.ts';
import { basicAuth, configMap, gitRepository } from './objects.ts';

const secured = `${privately}shop`;
/** Port 9, discard: nothing listens there. */
const closed = 'http://127.0.0.1:9/shop.git';
/** A name that no DNS server knows (RFC 2606). */
const unknown = 'http://git.invalid/shop.git';

/** A GitRepository that fails until its address or Secret is another. */
export const sourceCases: readonly Case[] = [
  {
    title: 'credentials that the Git server refuses',
    object: 'GitRepository/wrong-credentials',
    check: 'flux-source',
    arrange: ({ git }) => [
      basicAuth('wrong', { username: git.credentials.username, password: 'outdated' }),
      gitRepository('wrong-credentials', { url: git.url(secured), secret: 'wrong' }),
    ],
    says: 'GitOperationFailed',
    stage: 'Authentication',
    cause: 'CredentialsRejected',
    names: /its credentials are refused/,
    mend: async ({ git }) => [basicAuth('wrong', git.credentials)],
  },
  {
    title: 'a Secret that is not there',
    object: 'GitRepository/missing-secret',
    check: 'flux-source',
    arrange: ({ git }) => [gitRepository('missing-secret', { url: git.url(secured), secret: 'absent' })],
    says: 'AuthenticationFailed',
    stage: 'Authentication',
    cause: 'CredentialsMissing',
    names: /Secret delivery\/absent/,
    mend: async ({ git }) => [basicAuth('absent', git.credentials)],
  },
  {
    title: 'a branch that is not there',
    object: 'GitRepository/missing-branch',
    check: 'flux-source',
    arrange: ({ url }) => [gitRepository('missing-branch', { url, branch: 'release' })],
    says: 'GitOperationFailed',
    stage: 'Source',
    cause: 'NotFound',
    names: /branch or tag release/,
    mend: async ({ git }) => {
      await git.commit('apps', { 'good/configmap.yaml': configMap('good') }, 'release');
      return [];
    },
  },
  {
    title: 'a repository that is not there',
    object: 'GitRepository/missing-repository',
    check: 'flux-source',
    arrange: ({ git }) => [gitRepository('missing-repository', { url: git.url('nothing') })],
    says: 'GitOperationFailed',
    stage: 'Source',
    cause: 'NotFound',
    names: /what it names is not there/,
    mend: async ({ git }) => {
      await git.commit('nothing', { 'configmap.yaml': configMap('something') });
      return [];
    },
  },
  {
    title: 'a server that does not answer',
    object: 'GitRepository/refused',
    check: 'flux-source',
    arrange: () => [gitRepository('refused', { url: closed })],
    says: 'GitOperationFailed',
    stage: 'Source',
    cause: 'NetworkUnreachable',
    names: /address 127\.0\.0\.1:9/,
    mend: async ({ url }) => [gitRepository('refused', { url })],
  },
  {
    title: 'a host that nobody knows',
    object: 'GitRepository/unknown-host',
    check: 'flux-source',
    arrange: () => [gitRepository('unknown-host', { url: unknown })],
    says: 'GitOperationFailed',
    stage: 'Source',
    cause: 'NetworkUnreachable',
    names: /host git\.invalid/,
    mend: async ({ url }) => [gitRepository('unknown-host', { url })],
  },
  {
    title: 'a server without TLS that is asked for it',
    object: 'GitRepository/plain-http',
    check: 'flux-source',
    arrange: ({ url }) => [gitRepository('plain-http', { url: url.replace('http:', 'https:') })],
    says: 'GitOperationFailed',
    stage: 'Source',
    cause: 'TLS',
    names: /host 127\.0\.0\.1:\d+/,
    mend: async ({ url }) => [gitRepository('plain-http', { url })],
  },
];

export const sourceLookAlikes: readonly LookAlike[] = [
  {
    title: 'a source that is fetched every two seconds',
    object: 'GitRepository/apps',
    arrange: () => [],
    shows: { type: 'Ready', status: 'True' },
  },
  {
    title: 'one whose credentials are taken',
    object: 'GitRepository/private',
    arrange: ({ git }) => [basicAuth('right', git.credentials), gitRepository('private', { url: git.url(secured), secret: 'right' })],
    shows: { type: 'Ready', status: 'True' },
  },
  {
    title: 'one that is fetched for the first time',
    object: 'GitRepository/first-sync',
    arrange: ({ git }) => [gitRepository('first-sync', { url: git.url(`${silently}shop`), timeout: '60m' })],
    shows: { type: 'Reconciling', status: 'True' },
  },
  {
    title: 'one that is suspended from birth',
    object: 'GitRepository/born-suspended',
    arrange: ({ url }) => [gitRepository('born-suspended', { url, suspend: true })],
    shows: { type: 'Ready' },
  },
  {
    title: 'one that was suspended later',
    object: 'GitRepository/later-suspended',
    arrange: ({ url }) => [gitRepository('later-suspended', { url })],
    shows: { type: 'Ready', status: 'True' },
    thenPatch: { suspend: true },
  },
  {
    title: 'one that failed and was suspended then',
    object: 'GitRepository/given-up',
    arrange: () => [gitRepository('given-up', { url: closed })],
    shows: { type: 'FetchFailed', status: 'True' },
    thenPatch: { suspend: true },
  },
];
