import fc from 'fast-check';
import { redact, shortened } from './redact.ts';

describe('redact takes out of a text', () => {
  it.each([
    [
      'user info of a URL',
      "unable to clone 'https://bot:hunter22@git.example.com/shop.git': EOF",
      "unable to clone 'https://git.example.com/shop.git': EOF",
    ],
    ['a token in place of a user', 'GET https://abcdef123456@git.example.com/shop', 'GET https://git.example.com/shop'],
    ['a password with an @ and a /', 'https://bot:p@ss/w@rd@git.example.com/shop', 'https://git.example.com/shop'],
    ['the query of a URL', 'Get "https://blob.example.com/a?sv=1&sig=c2VjcmV0": 403', 'Get "https://blob.example.com/a?***": 403'],
    ['a login without a scheme', 'cannot clone bot:hunter22@git.example.com/shop.git: EOF', 'cannot clone git.example.com/shop.git: EOF'],
    ['an Authorization header', 'sent Authorization: Basic Ym90Omh1bnRlcjIy to it', 'sent Authorization: ***'],
    ['a bearer by itself', 'refused bearer c2VjcmV0c2VjcmV0', 'refused bearer ***'],
    ['a value whose key says so', 'login with password=hunter22, user=bot', 'login with password=***, user=bot'],
    ['a flag', 'helm pull --password hunter22 shop', 'helm pull --password *** shop'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- was refused', '*** was refused'],
    ['a JSON Web Token', 'jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIx.c2ln is old', 'jwt *** is old'],
    ['JSON in Base64, as a Secret holds it', 'cannot decode eyJhdXRocyI6e30: EOF', 'cannot decode ***: EOF'],
    ['a login among other things', 'clone=(bot:hunter22@git.example.com/a:b@c)', 'clone=(git.example.com/c)'],
  ])('%s', (_, text, expected) => {
    expect(redact(text!)).toBe(expected);
  });

  it('a credential in JSON', () => {
    expect(redact('{"auths":{"r.example.com":{"username":"bot","auth":"Ym90Omh1bnRlcjIy"}}}')).not.toContain('Ym90');
  });
});

describe('redact leaves', () => {
  it.each([
    'Failed to pull image "registry.example.com:5000/shop/web@sha256:0b1c": not found',
    'dial tcp: lookup git.example.com on 10.96.0.10:53: no such host',
    'oci://registry.example.com:5000/charts/web@sha256:0b1c',
    'git@git.example.com:shop/web.git: not found',
    'web:1.0.0@sha256:0b1c and main@sha1:0b1c, as jane@example.com said at 12:30',
    'registry.example.com:5000/shop/web:1.0@sha256:0b1c',
    'secrets "registry-login" not found',
    'Head "https://registry.example.com/v2/shop/web/manifests/1.0": EOF',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

/** Long enough that it is in no text by chance. */
const credential = fc.string({
  unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'),
  minLength: 20,
  maxLength: 60,
});
const odd = fc.string({ unit: fc.constantFrom(...'aZ9@:/?#%&+=!$*~._-'), minLength: 20, maxLength: 40 });

/** Where messages of controllers and registries have been seen to hold credentials. */
const places: ((secret: string) => string)[] = [
  (secret) => `unable to clone 'https://bot:${secret}@git.example.com/shop.git': authentication required`,
  (secret) => `Get "https://x-access-token:${secret}@git.example.com/shop/info/refs?service=git-upload-pack": EOF`,
  (secret) => `Put "https://blob.example.com/a/b?sv=2024&sig=${secret}&se=1": 403 Forbidden`,
  (secret) => `request failed: Authorization: Bearer ${secret}`,
  (secret) => `header "Private-Token": "${secret}" refused`,
  (secret) => `{"username":"bot","password":"${secret}"}`,
  (secret) => `login failed: client_secret=${secret}&grant_type=client_credentials`,
  (secret) => `exec: helm registry login --username bot --password ${secret} registry.example.com: exit status 1`,
  (secret) => `invalid token ${secret}`,
  (secret) => `remote: HTTP Basic ${secret} was refused`,
  (secret) => `token ghp_${secret} has expired, and so has glpat-${secret}`,
  (secret) => `aws_secret_access_key = ${secret}`,
  (secret) => `repository bot:${secret}@git.example.com/shop.git not found`,
];

it('no credential survives, wherever it stands', () => {
  fc.assert(
    fc.property(credential, fc.constantFrom(...places), fc.string(), fc.string(), (secret, place, before, after) => {
      expect(redact(`${before} ${place(secret)} ${after}`)).not.toContain(secret);
    }),
    { numRuns: 3_000 },
  );
});

it('no password survives in a URL, whatever it is made of', () => {
  fc.assert(
    fc.property(odd, (secret) => {
      expect(redact(`clone https://bot:${secret}@git.example.com/shop.git: EOF`)).toBe('clone https://git.example.com/shop.git: EOF');
    }),
    { numRuns: 3_000 },
  );
});

describe('of a text of any length', () => {
  const long = 1_200_000;
  const filled = (piece: string) => piece.repeat(long / piece.length);

  it('only the beginning is looked at and left', () => {
    expect(redact(filled('word ')).length).toBeLessThanOrEqual(16 * 1024);
    expect(redact(filled('a:')).length).toBeLessThanOrEqual(16 * 1024);
  });

  it('no credential that the end of that cuts is left', () => {
    fc.assert(
      fc.property(credential, fc.constantFrom(...places), fc.integer({ min: 1, max: 100 }), (secret, place, before) => {
        const text = `${'x '.repeat(8 * 1024 - before)}${place(secret)}${' '.repeat(200)}`;
        expect(redact(text)).not.toContain(secret.slice(0, 16));
      }),
      { numRuns: 500 },
    );
  });

  it('what is made to be slow is not', () => {
    const started = performance.now();
    for (const piece of ['a', '-', 'https://a:', 'token ', 'a:', '(a:', 'a.', '-eyJaaaaaaaa', '-----BEGIN PRIVATE KEY-----'])
      redact(filled(piece));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('a text is shortened', () => {
  it.each([
    ['where it is longer', 'one two three', 9, 'one two t'],
    ['not where it is not', 'one two three', 13, 'one two three'],
    ['before an address that would be cut, of which only a token might be left', "clone 'https://c2VjcmV0@git.example.com'", 20, "clone '"],
  ])('%s', (_, text, length, expected) => {
    expect(shortened(text, length)).toBe(expected);
  });

  it('so that no part of a credential survives, wherever the text is cut', () => {
    const token = (secret: string) => `unable to clone 'https://${secret}@git.example.com/shop.git': EOF`;
    fc.assert(
      fc.property(credential, fc.constantFrom(token, ...places), fc.integer({ min: 1, max: 300 }), (secret, place, length) => {
        // Of the shortest tokens that are known by their form a piece may be left that opens nothing.
        expect(redact(shortened(place(secret), length))).not.toContain(secret.slice(0, 16));
      }),
      { numRuns: 3_000 },
    );
  });
});
