import fc from 'fast-check';
import type { KubeObject } from '../../kube/types.ts';
import { legacyPullSecrets, pullSecrets } from './pull-secrets.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (key: string, text: string): KubeObject =>
  Object.assign({ metadata: { name: 'regcred', namespace: 'shop' } }, { data: { [key]: base64(text) } });
const login = { auth: base64('bot:hunter2') };
const registriesOf = (auths: object) => pullSecrets.project(secret('.dockerconfigjson', JSON.stringify({ auths })))?.registries;

it('of a pull Secret only its name and the registries are kept', () => {
  const auths = { 'registry.example.com': { auth: base64('bot:hunter2'), username: 'bot', password: 'hunter2', email: 'bot@example.com' } };
  const view = { name: 'regcred', namespace: 'shop', registries: ['registry.example.com'] };
  expect(pullSecrets.project(secret('.dockerconfigjson', JSON.stringify({ auths })))).toEqual(view);
  expect(legacyPullSecrets.project(secret('.dockercfg', JSON.stringify(auths)))).toEqual(view);
});

it.each([
  ['https://index.docker.io/v1/', 'index.docker.io'],
  ['https://registry.example.com/v2/', 'registry.example.com'],
  ['http://registry.example.com:5000', 'registry.example.com:5000'],
  ['registry.example.com/', 'registry.example.com'],
  ['registry.example.com/v2/team', 'registry.example.com/team'],
  ['registry.example.com/team/app', 'registry.example.com/team/app'],
  ['*.example.com', '*.example.com'],
  ['https://bot:hunter2@registry.example.com/team', 'registry.example.com/team'],
])('the key %s is kept as %s', (key, registry) => {
  expect(registriesOf({ [key]: login })).toEqual([registry]);
});

it('a registry without a login, as a credential helper leaves it, is none', () => {
  expect(
    registriesOf({ 'a.example.com': {}, 'b.example.com': { auth: '' }, 'c.example.com': null, 'd.example.com': { username: 'bot' } }),
  ).toEqual(['d.example.com']);
});

it.each([
  ['nothing', ''],
  ['what is no JSON', 'hunter2'],
  ['a text', '"hunter2"'],
  ['a list', '["hunter2"]'],
  ['no auths', '{"credHelpers":{}}'],
  ['auths of another kind', '{"auths":"hunter2"}'],
])('a Secret that holds %s has no registries', (_, text) => {
  expect(pullSecrets.project(secret('.dockerconfigjson', text))).toEqual({ name: 'regcred', namespace: 'shop', registries: [] });
});

it('whatever the keys and logins are, no password is kept', () => {
  const password = fc.string({ unit: fc.constantFrom(...'abcdefghjkmnpqrstuvwxyz23456789/:@?#'), minLength: 20, maxLength: 40 });
  fc.assert(
    fc.property(password, fc.constantFrom('', 'https://', 'http://'), (word, scheme) => {
      const auths = { [`${scheme}bot:${word}@registry.example.com`]: { username: 'bot', password: word, auth: base64(`bot:${word}`) } };
      const text = JSON.stringify(registriesOf(auths));
      expect(text.includes(word)).toBe(false);
      for (const part of word.split(/[/:@?#]/)) if (part.length >= 6) expect(text).not.toContain(part);
    }),
  );
});
