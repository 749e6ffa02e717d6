import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { createCommandWorld, manifest } from '../../test/fixtures/command-world.ts';
import { kinds } from '../api/v1alpha1/kinds.ts';
import { KubeError } from '../kube/errors.ts';
import { rulesOfTheServer, schemaOf } from './schema.ts';

const file = 'coverage.yaml';
async function validate(text: string, ...flags: string[]) {
  const world = createCommandWorld();
  world.files.set(file, text);
  return world.run('validate', file, ...flags);
}
const coverage = (spec: object, more: object = {}) => manifest('SupportCoverage', 'production', { tier: 'Level1', ...spec }, more);
const weekly = { name: 'weekly', days: ['Tue'], start: '22:00', duration: '4h' };
const windows = (change: object) => ({ maintenance: { windows: [{ ...weekly, ...change }] } });

describe('a manifest without a problem', () => {
  it.each([
    ['the smallest coverage', coverage({})],
    ['the example', readFileSync(new URL('../../deploy/examples/supportcoverage.yaml', import.meta.url), 'utf8')],
    ['one with all times and zones', coverage({ workingHours: { timeZone: 'Europe/Amsterdam' }, ...windows({}) })],
    ['one with a boolean of YAML 1.1', coverage({}).replace('tier: Level1', 'tier: Level1\n  suspend: yes')],
    [
      'an acknowledgement that the API server names',
      'apiVersion: platformsupport.io/v1alpha1\nkind: Acknowledgement\nmetadata: {generateName: x-}\nspec: {coverage: a, findings: [x], by: me, reason: INC-7}',
    ],
  ])('is ok: %s', async (_, text) => {
    const { code, out, err } = await validate(text);
    expect(out).toMatch(/^coverage.yaml: \w+\/\S*: ok$/m);
    expect(out).not.toMatch(/: (?!ok$)[^:]*$/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe('each problem has the path of its field and what to write instead', () => {
  const setting = (change: object) => ({ checks: { settings: [{ check: 'node-not-ready', ...change }] } });
  it.each<[string, object, string]>([
    ['an unknown field', { windows: [] }, 'spec.windows: there is no such field; known are baseline, boundary, checks, '],
    [
      'an unknown field in a list',
      windows({ stop: '23:00' }),
      'spec.maintenance.windows[0].stop: there is no such field; known are days, ',
    ],
    ['a tier that does not exist', { tier: 'Gold' }, 'spec.tier: Invalid option: expected one of "Level1"|"Level2"|"Level3"'],
    ['a missing field', { baseline: { ignore: [{ fact: 'crds' }] } }, 'spec.baseline.ignore[0].reason: is required: write a string'],
    [
      'a number for a text',
      setting({ parameters: { ratio: 0.8 } }),
      'spec.checks.settings[0].parameters.ratio: Invalid input: expected string',
    ],
    ['too many entries', { reportLimit: 0 }, 'spec.reportLimit: Too small'],
    ['a rule of the CRD', setting({ enabled: false }), 'spec.checks.settings[0]: a check that is switched off needs a reason'],
    ['a rule over a default', setting({ for: '15' }), 'spec.checks.settings[0].for: write a duration such as 90s, 15m or 8h30m'],
    ['a rule over a list', { scope: { clusters: [{ name: 'a' }, { name: 'b' }] } }, 'spec.scope.clusters: only one cluster can be the one'],
    ['a rule over the whole', { escalation: [{ contact: 'desk' }] }, 'spec: each escalation step names one of contacts'],
    [
      'a rule over times',
      { maintenance: { exclusions: [{ from: '2027-01-05T00:00:00+01:00', to: '2027-01-04T23:00:00Z', reason: 'x' }] } },
      'spec.maintenance.exclusions[0]: an exclusion ends after it begins',
    ],
    [
      'the same twice',
      setting({}) && { checks: { settings: [{ check: 'node-not-ready' }, { check: 'node-not-ready' }] } },
      'spec.checks.settings[1]: has the same check of an earlier entry again',
    ],
    [
      'the same value twice',
      { tier: 'Level3', scope: { deliveryTooling: ['Flux', 'Flux'] } },
      'spec.scope.deliveryTooling[1]: has the same value again',
    ],
    [
      'a day that does not exist',
      { baseline: { ignore: [{ fact: 'crds', reason: 'x', expires: '2027-02-31' }] } },
      'spec.baseline.ignore[0].expires: "2027-02-31" is not a day of the calendar',
    ],
    [
      'a time that is none',
      { maintenance: { exclusions: [{ from: '2027-01-05', to: '2027-01-06T00:00:00Z', reason: 'x' }] } },
      'spec.maintenance.exclusions[0].from: "2027-01-05" is not a time: write RFC 3339',
    ],
    [
      'too many parameters',
      setting({ parameters: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`p${i}`, 'x'])) }),
      'spec.checks.settings[0].parameters: has 17 entries: at most 16 can be',
    ],
    [
      'what only the operator knows',
      { workingHours: { timeZone: 'Mars/Phobos' } },
      'spec.workingHours.timeZone: "Mars/Phobos" is not a time zone; write an IANA name such as Europe/Amsterdam',
    ],
    [
      'a check that does not exist',
      setting({ check: 'node-on-fire' }),
      'spec.checks.settings[0].check: there is no check "node-on-fire" in this tier; known are ',
    ],
    [
      'an address of a contact that leads nowhere',
      { contacts: [{ name: 'a', party: 'Support', notify: { alertmanager: { urls: ['http://am:9093', 'http://am:99999'] } } }] },
      'spec.contacts[0].notify.alertmanager.urls[1]: "am:99999" is not a host with a port up to 65535',
    ],
    [
      'an address of alerts that leads nowhere',
      { scope: { clusters: [{ name: 'local', alertSource: { prometheus: { urls: ['http://prometheus:99999'] } } }] } },
      'spec.scope.clusters[0].alertSource.prometheus.urls[0]: "prometheus:99999" is not a host with a port up to 65535',
    ],
    ['a schedule that never comes', { checks: { schedule: '0 0 30 2 *' } }, 'spec.checks.schedule: "0 0 30 2 *" never comes'],
  ])('%s', async (_, spec, line) => {
    const { code, out } = await validate(coverage(spec));
    expect(out).toContain(`coverage.yaml: SupportCoverage/production: ${line}`);
    expect(code).toBe(1);
  });

  it('all that are wrong in the form are named at once', async () => {
    const { out } = await validate(coverage({ tier: 'Gold', reportLimit: 0, windows: [], ...setting({ enabled: false }) }));
    expect(out.split('\n')).toHaveLength(4);
  });

  it.each<[string, string, string]>([
    [
      'a version that is not served',
      coverage({}).replace('v1alpha1', 'v2'),
      'apiVersion: platformsupport.io/v2 is not served: write platformsupport.io/v1alpha1',
    ],
    [
      'a kind that does not exist',
      coverage({}).replace('kind: SupportCoverage', 'kind: Coverage'),
      'kind: platformsupport.io has no kind "Coverage"; it has SupportCoverage,',
    ],
    ['no apiVersion', 'kind: SupportCoverage', 'apiVersion: is required: write platformsupport.io/v1alpha1'],
    ['a name that is none', coverage({}).replace('name: production', 'name: Prod EU'), `metadata.name: "Prod EU" is not a name`],
    [
      'no spec',
      'apiVersion: platformsupport.io/v1alpha1\nkind: SupportCoverage\nmetadata: {name: a}',
      'spec: is required: write an object',
    ],
    [
      'a field beside the spec',
      coverage({}, { data: {} }),
      'data: there is no such field; known are apiVersion, kind, metadata, spec, status',
    ],
    ['no object', '- a', 'a document: is not an object with apiVersion and kind'],
    [
      'what YAML 1.1 takes for a boolean',
      coverage({}).replace('tier: Level1', 'tier: Level1\n  exceptions: [{check: rbac-cluster-admin, reason: x, owner: y}]'),
      'spec.exceptions[0].owner: Invalid input: expected string',
    ],
    [
      'the same in a list',
      coverage({}).replace('tier: Level1', 'tier: Level1\n  scope: {namespaces: {include: [on, no]}}'),
      'spec.scope.namespaces.include[0]: Invalid input: expected string',
    ],
    ['no YAML', 'a: 1\na: 2', 'the file: cannot be read as YAML: duplicated mapping key in line 2'],
  ])('%s', async (_, text, line) => {
    const { code, out } = await validate(text);
    expect(out).toContain(line);
    expect(code).toBe(1);
  });

  it('a baseline over the limit is refused with what makes it so', async () => {
    const facts = Array.from({ length: 1000 }, (_, index) => ({
      fact: 'crds',
      object: `Thing/${index}`,
      value: { text: 'x'.repeat(950) },
    }));
    const { out } = await validate(manifest('CoverageBaseline', 'agreed', { cluster: 'local', facts }));
    expect(out).toMatch(/: spec.facts: the baseline would be \d+ KiB, over the limit of 900 KiB: crds \(/);
  });
});

describe('several documents and files', () => {
  it('are judged one by one, from lists and standard input too', async () => {
    const world = createCommandWorld();
    world.files.set('a.yaml', `---\n${coverage({})}---\n# nothing\n---\n${coverage({ tier: 'Gold' })}`);
    world.files.set(
      '-',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }] }),
    );
    const { code, out } = await world.run('validate', 'a.yaml', '-');
    expect(out.split('\n')).toEqual([
      'a.yaml: SupportCoverage/production: ok',
      expect.stringContaining('a.yaml: SupportCoverage/production: spec.tier: '),
      'standard input: Secret/s: not of platformsupport.io, so not checked',
    ]);
    expect(code).toBe(1);
  });

  it('without one that can be judged are an error: what was not looked at has not passed', async () => {
    const world = createCommandWorld();
    world.files.set('a.yaml', 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}');
    world.files.set('b.yaml', '');
    expect(await world.run('validate', 'a.yaml', 'b.yaml')).toEqual({
      ...{ code: 3, out: '', err: 'error: there is no manifest of platformsupport.io in a.yaml, b.yaml' },
    });
  });

  it('and a file that is not there is an error', async () => {
    expect(await createCommandWorld().run('validate', 'nowhere.yaml')).toEqual({
      ...{ code: 3, out: '', err: "error: nowhere.yaml cannot be read: ENOENT: no such file or directory, open 'nowhere.yaml'" },
    });
  });
});

describe('--server', () => {
  const setup = (text: string) => {
    const world = createCommandWorld();
    world.files.set(file, text);
    return world;
  };

  it('has the API server judge, and nothing is changed, whether the object is there or not', async () => {
    const world = setup(coverage({ tier: 'Level2' }));
    expect((await world.run('validate', '--server', file)).code).toBe(0);
    expect(world.api.read(`${world.root}/supportcoverages/production`)).toBeUndefined();
    world.coverage();
    expect((await world.run('validate', '--server', file)).code).toBe(0);
    expect(world.api.read(`${world.root}/supportcoverages/production`)).toMatchObject({ spec: { tier: 'Level1' } });
    expect(world.takeWrites().map(({ method, query }) => [method, query?.dryRun, query?.fieldValidation])).toEqual([
      ['POST', 'All', 'Strict'],
      ['PUT', 'All', 'Strict'],
    ]);
  });

  it('says what it refuses', async () => {
    const world = setup(coverage({}));
    world.api.intercept((request, proceed) => {
      if (request.method === 'POST') throw new KubeError('Invalid', 'spec: Forbidden by policy', { code: 422 });
      return proceed();
    });
    expect(await world.run('validate', '--server', file)).toEqual({
      ...{ code: 1, out: 'coverage.yaml: SupportCoverage/production: spec: Forbidden by policy', err: '' },
    });
  });

  it('is an error where it may not be asked: then nothing is known', async () => {
    const world = setup(coverage({}));
    world.api.intercept(() => {
      throw new KubeError('Forbidden', 'supportcoverages is forbidden', { code: 403 });
    });
    expect(await world.run('validate', '--server', file)).toEqual({ code: 3, out: '', err: 'error: supportcoverages is forbidden' });
  });

  it('is not asked about what has problems already, and no cluster is needed without it', async () => {
    const world = setup(coverage({ tier: 'Gold' }));
    await world.run('validate', '--server', file);
    expect(world.takeWrites()).toEqual([]);
    world.seen.targets.splice(0);
    await world.run('validate', file);
    expect(world.seen.targets).toEqual([]);
  });
});

it('-o json has every document with its problems', async () => {
  const { out } = await validate(coverage({ tier: 'Gold' }), '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({
    items: [{ file, object: 'SupportCoverage/production', checked: true, problems: [{ path: 'spec.tier' }] }],
  });
});

it('every rule of our kinds is judged here, but those about a change', () => {
  const left = kinds.flatMap(({ spec }) => rulesOfTheServer(schemaOf(spec as z.ZodType)));
  expect(left.filter((rule) => !rule.includes('oldSelf'))).toEqual([]);
  expect(left.length).toBeGreaterThan(0);
});
