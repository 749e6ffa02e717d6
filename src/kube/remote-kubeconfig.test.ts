import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { keys, pem } from '../../test/fixtures/access.ts';
import { now } from '../../test/fixtures/cluster.ts';
import { readRemoteKubeconfig } from './remote-kubeconfig.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const certificate = base64(pem());
const key = base64(keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
const options = { now, isAllowed: (address: string) => !/^(127\.|::1$|169\.254\.|0\.0\.0\.0$)/.test(address) };

const cluster = { server: 'https://api.example.com:6443', 'certificate-authority-data': certificate };
/** Cases write undefined for a field that is to be left out. */
function configOf(change: { cluster?: object; user?: object; more?: object } = {}) {
  return JSON.parse(
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'prod' },
      clusters: [{ name: 'prod', cluster: { ...cluster, ...change.cluster } }],
      users: [{ name: 'reader', user: change.user ?? { token: 'opaque-token' } }],
      contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'reader', namespace: 'default' } }],
      ...change.more,
    }),
  ) as Record<string, unknown>;
}
const read = (change: Parameters<typeof configOf>[0] = {}) => readRemoteKubeconfig(dump(configOf(change)), options);
const problemOf = (result: ReturnType<typeof read>) => ('problem' in result ? result.problem : '');

describe('what is taken of a kubeconfig', () => {
  it('is the server, its authority, and a token', () => {
    expect(read({ user: { token: ' opaque-token\n' } })).toEqual({ access: { cluster, user: { token: 'opaque-token' } } });
  });

  it('is a client certificate with its key, the name in the server’s certificate, and whom to act as', () => {
    const user = {
      'client-certificate-data': certificate,
      'client-key-data': key,
      as: 'support',
      'as-uid': 'u1',
      'as-groups': ['readers', 'support'],
    };
    expect(read({ cluster: { 'tls-server-name': 'kubernetes.default' }, user })).toEqual({
      access: { cluster: { ...cluster, 'tls-server-name': 'kubernetes.default' }, user },
    });
  });

  it('is the current context alone, whatever the others hold', () => {
    const more = {
      clusters: [
        { name: 'lab', cluster: { server: 'http://lab', 'proxy-url': 'http://proxy' } },
        { name: 'prod', cluster },
      ],
      users: [
        { name: 'admin', user: { exec: { command: 'aws' } } },
        { name: 'reader', user: { token: 'opaque-token' } },
      ],
    };
    expect(read({ more })).toEqual({ access: { cluster, user: { token: 'opaque-token' } } });
  });

  it('leaves out what is empty or harmless', () => {
    expect(
      read({
        cluster: { 'insecure-skip-tls-verify': false, 'certificate-authority': '', 'proxy-url': '', extensions: [{ name: 'x' }] },
        user: { token: 'opaque-token', exec: null, username: '' },
      }),
    ).toEqual({ access: { cluster, user: { token: 'opaque-token' } } });
  });

  it('is a server without an authority of its own, which the public ones vouch for, with a path', () => {
    expect(read({ cluster: { server: 'https://rancher.example.com/k8s/clusters/c-1/', 'certificate-authority-data': undefined } })).toEqual(
      {
        access: { cluster: { server: 'https://rancher.example.com/k8s/clusters/c-1' }, user: { token: 'opaque-token' } },
      },
    );
  });
});

describe('a kubeconfig is refused, with the field and what to write instead', () => {
  const user = 'users[0].user';
  const of = 'clusters[0].cluster';
  it.each<[string, Parameters<typeof configOf>[0], string, RegExp]>([
    ['a program', { user: { exec: { command: 'aws' } } }, `${user}.exec would run a program`, /write a token or a client certificate/],
    ['an auth provider', { user: { 'auth-provider': { name: 'oidc' } } }, `${user}.auth-provider would run`, /write a token/],
    ['a token file', { user: { tokenFile: '/var/run/token' } }, `${user}.tokenFile names a file`, /write its content as token/],
    [
      'a certificate file',
      { user: { 'client-certificate': 'a.crt' } },
      `${user}.client-certificate names a file`,
      /client-certificate-data/,
    ],
    ['a key file', { user: { 'client-key': 'a.key' } }, `${user}.client-key names a file`, /client-key-data/],
    ['an authority file', { cluster: { 'certificate-authority': 'ca.crt' } }, `${of}.certificate-authority names a file`, /--flatten/],
    ['a user name', { user: { username: 'me', token: 'x' } }, `${user}.username is not taken`, /write a token/],
    ['a password', { user: { password: 'hunter2' } }, `${user}.password is not taken`, /write a token/],
    [
      'TLS that is not verified',
      { cluster: { 'insecure-skip-tls-verify': true } },
      `${of}.insecure-skip-tls-verify would let`,
      /authority-data/,
    ],
    ['a proxy', { cluster: { 'proxy-url': 'http://proxy:3128' } }, `${of}.proxy-url is not supported`, /write a server/],
    ['extra impersonation', { user: { token: 'x', 'as-user-extra': { a: ['b'] } } }, `${user}.as-user-extra is not supported`, /as-groups/],
    ['plain HTTP', { cluster: { server: 'http://api.example.com' } }, `${of}.server is not an address that begins with https://`, /https/],
    ['no server', { cluster: { server: undefined } }, `${of}.server is not an address`, /https/],
    [
      'a name in the address',
      { cluster: { server: 'https://me:hunter2@api.example.com' } },
      `${of}.server has a user name`,
      /write an address/,
    ],
    ['no credentials', { user: {} }, `${user} has no credentials`, /write token/],
    ['a token that is no text', { user: { token: 12345 } }, `${user}.token is not a text`, /quotes/],
    ['a token of two lines', { user: { token: 'one\ntwo' } }, `${user}.token has characters`, /no token has/],
    [
      'a certificate without its key',
      { user: { 'client-certificate-data': certificate } },
      `${user}.client-certificate-data needs`,
      /client-key-data/,
    ],
    ['a key without its certificate', { user: { 'client-key-data': key } }, `${user}.client-key-data needs`, /client-certificate-data/],
    [
      'an authority that is none',
      { cluster: { 'certificate-authority-data': base64('ca') } },
      `${of}.certificate-authority-data is not a certificate`,
      /PEM/,
    ],
    ['a host name that is none', { cluster: { 'tls-server-name': 'not a host' } }, `${of}.tls-server-name is not the name`, /host/],
    ['groups that are no list', { user: { token: 'x', 'as-groups': 'admins' } }, `${user}.as-groups is not a list`, /texts/],
    ['a line end in a name', { user: { token: 'x', as: 'a\r\nb: c' } }, `${user}.as, as-uid and as-groups`, /ASCII/],
    ['no current context', { more: { 'current-context': undefined } }, 'current-context is missing', /use-context/],
    ['a context that is not there', { more: { contexts: [] } }, 'current-context names none of contexts', /once/],
    ['a user that is not there', { more: { users: null } }, 'the user of the current context names none of users', /once/],
    [
      'two clusters of one name',
      { more: { clusters: [1, 2].map(() => ({ name: 'prod', cluster })) } },
      'the cluster of the current context names more than one',
      /once/,
    ],
    ['entries of another shape', { more: { users: [{ name: 'reader' }] } }, 'users[0].user is missing', /no text/],
  ])('for %s', (_, change, field, instead) => {
    const problem = problemOf(read(change));
    expect(problem.slice(0, field.length)).toBe(field);
    expect(problem).toMatch(instead);
    expect(problem).not.toContain('hunter2');
  });

  it.each(['https://127.0.0.1:6443', 'https://2130706433', 'https://[::1]:6443', 'https://169.254.169.254', 'https://0'])(
    'for the address %s, which is no cluster’s, unless its range is allowed',
    (server) => {
      expect(problemOf(read({ cluster: { server } }))).toMatch(/^clusters\[0\]\.cluster\.server is an address .*--allow-addresses/);
      expect(readRemoteKubeconfig(dump(configOf({ cluster: { server } })), { ...options, isAllowed: () => true })).toHaveProperty('access');
    },
  );

  it('for a client certificate that has ended, with when', () => {
    const user = { 'client-certificate-data': base64(pem({ hoursLeft: -1 })), 'client-key-data': key };
    expect(problemOf(read({ user }))).toBe(
      `users[0].user.client-certificate-data ended at ${now.subtract({ hours: 1 })}: write a new certificate and its key, or a token`,
    );
  });

  it('for a key that belongs to another certificate', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    expect(problemOf(read({ user: { 'client-certificate-data': certificate, 'client-key-data': base64(other) } }))).toMatch(
      /^users\[0\]\.user\.client-key-data is not the key/,
    );
  });

  it.each([
    ['', 'it is not YAML'],
    ['clusters:\n  - name: "x', 'it is not YAML (line 2)'],
    ['just text', 'it is no kubeconfig: write clusters, users, contexts and current-context'],
    ['[1, 2]', 'it is no kubeconfig: write clusters, users, contexts and current-context'],
    ['['.repeat(100_000), 'it is not YAML'],
  ])('for text that is none', (text, problem) => {
    expect(problemOf(readRemoteKubeconfig(text, options)).startsWith(problem)).toBe(true);
  });
});

it('whatever is done to a kubeconfig, it is accepted or refused without a word of what is in it', () => {
  const secrets = ['s3cr3t-token', 's3cr3t-password', base64('s3cr3t-key'), 's3cr3t-command'];
  const paths = [
    ...['token', 'tokenFile', 'username', 'password', 'exec', 'auth-provider', 'client-certificate', 'client-certificate-data'],
    ...['client-key', 'client-key-data', 'as', 'as-uid', 'as-groups', 'as-user-extra', '__proto__', 'constructor'],
  ].map((field) => ['users', '0', 'user', field]);
  const others = [
    ...['server', 'certificate-authority', 'certificate-authority-data', 'tls-server-name', 'proxy-url', 'insecure-skip-tls-verify'].map(
      (field) => ['clusters', '0', 'cluster', field],
    ),
    ...[['current-context'], ['contexts'], ['users'], ['clusters'], ['users', '0'], ['users', '0', 'user'], ['contexts', '0', 'context']],
    ...[
      ['contexts', '0', 'name'],
      ['users', '0', 'name'],
      ['clusters', '0', 'cluster'],
    ],
  ];
  const secret = fc.constantFrom(...secrets);
  const value = fc.oneof(
    secret,
    secret.map((text) => ({ command: text, args: [text] })),
    secret.map((text) => `https://${text}@host`),
    secret.map((text) => `https://host/?${text}`),
    secret.map((text) => `${text}\n${text}`),
    secret.map((text) => [text]),
    fc.constantFrom(null, 0, true, '', [], {}, certificate, key),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const mutation = fc.record({ path: fc.constantFrom(...paths, ...others), value });
  const cut = fc.option(fc.nat(400));
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 4 }), cut, (mutations, length) => {
      const config = configOf();
      for (const { path, value } of mutations) {
        const parent = path.slice(0, -1).reduce<unknown>((node, step) => (node as Record<string, unknown> | null)?.[step], config);
        if (typeof parent === 'object' && parent !== null)
          Object.defineProperty(parent, path.at(-1)!, { value, enumerable: true, configurable: true, writable: true });
      }
      const text = JSON.stringify(config);
      const result = readRemoteKubeconfig(length === null ? text : text.slice(0, -length), options);
      if ('access' in result) expect(result.access.cluster.server).toMatch(/^https:/);
      else for (const word of [...secrets, 's3cr3t']) expect(result.problem).not.toContain(word);
    }),
    { numRuns: 500 },
  );
});
