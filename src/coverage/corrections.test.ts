import { createMemoryApi, type Interceptor } from '../../test/fakes/memory-api.ts';
import type { CorrectionReport } from '../api/v1alpha1/coveragereport.ts';
import { copyCorrection, metadataCorrection } from '../checks/corrections.ts';
import { KubeError } from '../kube/errors.ts';
import type { KubeRequest, Transport } from '../kube/transport.ts';
import type { KubeObject } from '../kube/types.ts';
import {
  apply,
  type CorrectionLimits,
  type CorrectionsPlan,
  createCorrector,
  maxPerWindow,
  type Permit,
  type Proposed,
  permitted,
  suggestions,
} from './corrections.ts';

const now = Temporal.Instant.from('2026-11-24T22:30:00Z');
const opened = now.subtract({ minutes: 30 });
const type = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false };
const level = 'pod-security.kubernetes.io/enforce';
const label = (name: string): Proposed => ({
  ...metadataCorrection({ type, name }, 'labels', level, 'baseline'),
  check: 'ns-pod-security',
});
const allowed: CorrectionsPlan = { mode: 'Apply', allow: ['ns-pod-security'] };
const permit: Permit = { windowSince: opened, isAgreed: () => true };
const tried = (name: string, minutesAgo: number, result: CorrectionReport['result'] = 'Applied'): CorrectionReport => ({
  ...suggestions([label(name)])[0]!,
  result,
  at: now.subtract({ minutes: minutesAgo }).toString(),
});
const names = (list: Proposed[]) => list.map(({ name }) => name);

it('a correction is a command that a person can run', () => {
  expect(suggestions([label('shop')])).toEqual([
    {
      check: 'ns-pod-security',
      object: 'Namespace/shop',
      command: 'kubectl label namespaces shop pod-security.kubernetes.io/enforce=baseline --overwrite',
      result: 'Suggested',
    },
  ]);
});

describe('a correction is made', () => {
  it('in an open window, where its check is allowed and the baseline knows the object', () => {
    expect(names(permitted(allowed, [label('shop'), label('bank')], [], permit))).toEqual(['shop', 'bank']);
  });

  it.each<[string, CorrectionsPlan, Permit]>([
    ['only suggested', { ...allowed, mode: 'Suggest' }, permit],
    ['switched off', { ...allowed, mode: 'Off' }, permit],
    ['outside its window', allowed, { ...permit, windowSince: undefined }],
    ['of a check that is not allowed', { ...allowed, allow: ['default-storageclass'] }, permit],
    ['of an object that the baseline does not know', allowed, { ...permit, isAgreed: () => false }],
  ])('and not where it is %s', (_, plan, permission) => {
    expect(permitted(plan, [label('shop')], [], permission)).toEqual([]);
  });

  it('once a window, whatever came of it, and again in the next', () => {
    for (const result of ['Applied', 'Refused', 'Failed'] as const) {
      expect(permitted(allowed, [label('shop')], [tried('shop', 30, result)], permit)).toEqual([]);
      expect(names(permitted(allowed, [label('shop')], [tried('shop', 31, result)], permit))).toEqual(['shop']);
    }
  });

  it(`at most ${maxPerWindow} times a window; what was refused does not count`, () => {
    const many = Array.from({ length: 30 }, (_, index) => label(`n${index}`));
    expect(permitted(allowed, many, [], permit)).toHaveLength(20);
    const past = Array.from({ length: 15 }, (_, index) => tried(`old${index}`, 10));
    expect(permitted(allowed, many, [...past, tried('refused', 10, 'Refused')], permit)).toHaveLength(5);
    expect(
      permitted(
        allowed,
        many,
        Array.from({ length: 20 }, (_, index) => tried(`old${index}`, 10)),
        permit,
      ),
    ).toEqual([]);
  });
});

describe('what the operator’s own configuration does not list', () => {
  const account: Proposed = {
    ...label('shop'),
    ...{ check: 'sa-default-automount', object: 'ServiceAccount/shop/default', name: 'default', namespace: 'shop' },
    type: { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
  };
  const storageClass: Proposed = {
    ...label('fast'),
    ...{ check: 'default-storageclass', object: 'StorageClass/fast' },
    type: { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses', kind: 'StorageClass', namespaced: false },
  };
  const every = [label('shop'), account, storageClass];
  const plan: CorrectionsPlan = { mode: 'Apply', allow: every.map(({ check }) => check) };
  const limits = (allow: string[], namespaces: string[]): CorrectionLimits => ({ allow, namespaces });
  const made = (within: CorrectionLimits) => permitted(plan, every, [], { ...permit, limits: within }).map(({ object }) => object);

  it.each<[string, CorrectionLimits, string[]]>([
    ['nothing', limits([], ['*']), []],
    ['one check', limits(['default-storageclass'], []), ['StorageClass/fast']],
    ['every check, and no namespace', limits(plan.allow as string[], []), ['StorageClass/fast']],
    ['every check, and another namespace', limits(plan.allow as string[], ['bank', 'platform-*']), ['StorageClass/fast']],
    ['one check, and the namespace', limits(['sa-default-automount'], ['shop']), ['ServiceAccount/shop/default']],
    ['every check, and the namespace by glob', limits(plan.allow as string[], ['sh*']), every.map(({ object }) => object)],
  ])('is not made: with %s', async (_, within, expected) => {
    expect(made(within)).toEqual(expected);
    const api = createMemoryApi();
    for (const correction of every) {
      const { result, at } = await createCorrector(api, within)(correction, now, new AbortController().signal);
      const isWithin = expected.includes(correction.object);
      expect([correction.object, result, at]).toEqual([correction.object, isWithin ? 'Failed' : 'Refused', '2026-11-24T22:30:00Z']);
    }
    // Those that may be made fail here, since the API server has none of the objects; for the others it is not even asked.
    expect(api.requests).toHaveLength(expected.length);
  });

  it('is suggested, with the reason where the coverage applies it', () => {
    const messages = (applied: CorrectionsPlan) =>
      suggestions([label('shop'), storageClass], { plan: applied, limits: limits(['ns-pod-security'], ['bank']) }).map(
        ({ message }) => message,
      );
    expect(messages(plan)).toEqual([
      "The operator's own configuration does not allow corrections in the namespace shop: the chart's corrections.namespaces does not list it.",
      "The operator's own configuration does not allow it to correct default-storageclass: the chart's corrections.allow does not list it.",
    ]);
    expect(messages({ ...plan, mode: 'Suggest' })).toEqual([undefined, undefined]);
    expect(messages({ ...plan, allow: ['default-storageclass'] })[0]).toBeUndefined();
  });
});

describe('making it', () => {
  const path = '/api/v1/namespaces/shop';

  async function make(interceptor?: Interceptor, labels: object = { team: 'shop' }) {
    const api = createMemoryApi();
    api.write(path, { metadata: { name: 'shop', labels } });
    api.intercept(interceptor);
    const asReceived: Transport = {
      ...api,
      json: async <T>(request: KubeRequest) => JSON.parse(JSON.stringify(await api.json(request))) as T,
    };
    const { result, message, at } = await apply(asReceived, label('shop'), now, new AbortController().signal);
    const writes = api.requests.filter(({ method }) => method === 'PATCH').map(({ query }) => (query?.dryRun ? 'dry-run' : 'write'));
    return { result, message, at, writes, labels: api.read<KubeObject>(path)?.metadata?.labels };
  }
  const isDryRun: (request: Parameters<Interceptor>[0]) => boolean = ({ query }) => query?.dryRun === 'All';

  it('changes nothing else, after a dry-run, and dates it', async () => {
    expect(await make()).toEqual({
      result: 'Applied',
      message: 'The change was made and is there.',
      at: '2026-11-24T22:30:00Z',
      writes: ['dry-run', 'write'],
      labels: { team: 'shop', [level]: 'baseline' },
    });
  });

  it('is refused where it is so already', async () => {
    expect(await make(undefined, { [level]: 'baseline' })).toMatchObject({ result: 'Refused', message: 'It is so already.', writes: [] });
  });

  it('is refused where the dry-run gives another result', async () => {
    const adding: Interceptor = (request, proceed) => {
      const answer = proceed() as KubeObject;
      return isDryRun(request) ? { ...answer, metadata: { ...answer.metadata, annotations: { injected: 'true' } } } : answer;
    };
    expect(await make(adding)).toMatchObject({
      result: 'Refused',
      message: 'The dry-run gives another result than the change alone: an admission webhook or policy adds to it.',
      writes: ['dry-run'],
      labels: { team: 'shop' },
    });
  });

  it('is refused where the API server warns, as of pods that the level would not let in', async () => {
    const warning: Interceptor = (request, proceed) => {
      if (isDryRun(request)) request.onWarning?.('existing pods in namespace "shop" violate the new PodSecurity enforce level');
      return proceed();
    };
    expect(await make(warning)).toMatchObject({
      result: 'Refused',
      message: expect.stringContaining('existing pods'),
      writes: ['dry-run'],
    });
  });

  it('is refused where the object changed since the dry-run', async () => {
    const racing: Interceptor = (request, proceed) => {
      if (request.method === 'PATCH' && !isDryRun(request)) throw new KubeError('Conflict', 'the object has been modified', { code: 409 });
      return proceed();
    };
    expect(await make(racing)).toMatchObject({ result: 'Refused', message: 'the object has been modified', labels: { team: 'shop' } });
  });

  it('is refused without the permission', async () => {
    const forbidding: Interceptor = (request, proceed) => {
      if (request.method === 'PATCH') throw new KubeError('Forbidden', 'namespaces "shop" is forbidden', { code: 403 });
      return proceed();
    };
    expect(await make(forbidding)).toMatchObject({ result: 'Refused', message: 'namespaces "shop" is forbidden' });
  });

  it('has failed where somebody takes it back at once', async () => {
    let written = false;
    const undoing: Interceptor = (request, proceed) => {
      const answer = proceed() as KubeObject;
      if (request.method === undefined && written) return { metadata: { name: 'shop', labels: { team: 'shop' } } };
      written ||= request.method === 'PATCH' && !isDryRun(request);
      return answer;
    };
    expect(await make(undoing)).toMatchObject({
      result: 'Failed',
      message: 'The change was made and taken back at once by somebody else.',
    });
  });

  it('has failed where the API server does not answer', async () => {
    const silent: Interceptor = () => {
      throw new KubeError('Transient', 'etcd has no leader', { code: 503 });
    };
    expect(await make(silent)).toMatchObject({ result: 'Failed', message: 'etcd has no leader' });
  });
});

describe('making a copy of a template', () => {
  const limitRanges = { group: '', version: 'v1', resource: 'limitranges', kind: 'LimitRange', namespaced: true };
  const source = '/api/v1/namespaces/platform-templates/limitranges/defaults';
  const target = '/api/v1/namespaces/shop/limitranges/defaults';
  const spec = { limits: [{ type: 'Container', defaultRequest: { cpu: '100m' } }] };
  const copy: Proposed = {
    ...copyCorrection(
      { type: limitRanges, name: 'defaults', namespace: 'shop', knownAs: 'Namespace/shop' },
      { namespace: 'platform-templates', name: 'defaults' },
    ),
    check: 'ns-limitrange',
  };
  const isDryRun: (request: Parameters<Interceptor>[0]) => boolean = ({ query }) => query?.dryRun === 'All';

  async function make(interceptor?: Interceptor, objects: Record<string, object> = { [source]: { spec } }) {
    const api = createMemoryApi();
    for (const [path, object] of Object.entries(objects))
      api.write(path, { metadata: { name: 'defaults', labels: { team: 'platform' } }, ...object });
    api.intercept(interceptor);
    const { result, message } = await apply(api, copy, now, new AbortController().signal);
    const writes = api.requests.filter(({ method }) => method !== undefined);
    const made = api.read<KubeObject & { spec: object }>(target);
    return { result, message, writes: writes.map(({ query }) => (query?.dryRun ? 'dry-run' : 'write')), made: made && { ...made } };
  }

  it('creates an object of its spec and nothing else of it, after a dry-run, in the name of the operator', async () => {
    const managers: unknown[] = [];
    const watching: Interceptor = (request, proceed) => {
      if (request.method) managers.push(request.query?.fieldManager);
      return proceed();
    };
    expect(await make(watching)).toEqual({
      ...{ result: 'Applied', message: 'It was made and is there.', writes: ['dry-run', 'write'] },
      made: {
        ...{ apiVersion: 'v1', kind: 'LimitRange', spec },
        metadata: { name: 'defaults', namespace: 'shop', uid: expect.any(String), resourceVersion: expect.any(String) },
      },
    });
    expect(managers).toEqual(['support-coverage-operator', 'support-coverage-operator']);
  });

  it('is refused where the object is there meanwhile, which stays as it is', async () => {
    const other = { spec: { limits: [] } };
    expect(await make(undefined, { [source]: { spec }, [target]: other })).toMatchObject({
      ...{ result: 'Refused', message: 'It is there already.', writes: [] },
      made: other,
    });
  });

  it('is refused where somebody makes it after the dry-run', async () => {
    const racing: Interceptor = (request, proceed) => {
      if (request.method === 'POST' && !isDryRun(request)) throw new KubeError('Conflict', 'defaults already exists', { code: 409 });
      return proceed();
    };
    expect(await make(racing)).toMatchObject({ result: 'Refused', message: 'defaults already exists', made: undefined });
  });

  it('is refused where the template is gone', async () => {
    expect(await make(undefined, {})).toMatchObject({
      ...{ result: 'Refused', message: 'The template LimitRange/platform-templates/defaults is gone.', writes: [] },
      made: undefined,
    });
  });

  it.each<[string, (answer: KubeObject) => object]>([
    ['another spec', (answer) => ({ ...answer, spec: { limits: [] } })],
    ['labels', (answer) => ({ ...answer, metadata: { ...answer.metadata, labels: { injected: 'true' } } })],
  ])('is refused where the dry-run gives %s', async (_, changed) => {
    const adding: Interceptor = (request, proceed) => (isDryRun(request) ? changed(proceed() as KubeObject) : proceed());
    expect(await make(adding)).toMatchObject({
      result: 'Refused',
      message: 'The dry-run gives another result than the change alone: an admission webhook or policy adds to it.',
      ...{ writes: ['dry-run'], made: undefined },
    });
  });

  it('is refused where the API server warns of it', async () => {
    const warning: Interceptor = (request, proceed) => {
      if (isDryRun(request)) request.onWarning?.('a quota would be in the way');
      return proceed();
    };
    expect(await make(warning)).toMatchObject({ result: 'Refused', message: expect.stringContaining('a quota'), writes: ['dry-run'] });
  });

  it.each<[string, (api: () => KubeObject) => unknown]>([
    ['deletes it', () => undefined],
    ['changes it', (answer) => ({ ...answer(), spec: {} })],
  ])('has failed where somebody %s at once', async (_, afterwards) => {
    let written = false;
    const undoing: Interceptor = (request, proceed) => {
      if (request.method === undefined && written) {
        const answer = afterwards(proceed as () => KubeObject);
        if (!answer) throw new KubeError('NotFound', 'gone', { code: 404 });
        return answer;
      }
      written ||= request.method === 'POST' && !isDryRun(request);
      return proceed();
    };
    expect(await make(undoing)).toMatchObject({ result: 'Failed', message: expect.stringMatching(/at once by somebody else\.$/) });
  });
});
