import { createFakeClock } from '../../../test/fakes/fake-clock.ts';
import { alertmanagerContact, coverageRef, message, openAlert, webhookContact } from '../../../test/fixtures/notifications.ts';
import { silentLogger } from '../../runtime/logger.ts';
import { Registry } from '../../runtime/metrics.ts';
import { type Delivered, DeliveryError, type OpenAlert } from './channel.ts';
import { createDispatcher, type LineKey } from './dispatcher.ts';
import type { Message } from './message.ts';
import { createNotificationMetrics } from './metrics.ts';

const second = 1_000;
const minute = 60 * second;
const key = 'support/production';
const desk: LineKey = { coverage: coverageRef, contact: webhookContact({ name: 'desk' }) };
const team: LineKey = { coverage: coverageRef, contact: webhookContact({ name: 'team' }) };
const pager: LineKey = { coverage: coverageRef, contact: alertmanagerContact(['http://am:9093'], { name: 'pager' }) };
const due = (...keys: string[]) => ({ pending: keys.map((each) => message({ key: each })), open: [] });

/** What a contact line does with a message: nothing is taking it. */
type Behaviour = (message: Message, signal: AbortSignal) => Promise<Delivered> | Delivered;

/** A dispatcher between contact lines that behave as a test says and a clock that it moves. */
function setup() {
  const clock = createFakeClock('2026-11-23T03:00:00Z');
  const registry = new Registry();
  /** Tries, as `contact key at-second`. */
  const tries: string[] = [];
  const resends: { at: number; open: readonly OpenAlert[] }[] = [];
  const changes: string[] = [];
  const behaviours = new Map<string, Behaviour>();
  const state = { mayWrite: true, resend: (): Delivered => ({}) };
  const start = clock.monotonic();
  const seconds = () => Math.round((clock.monotonic() - start) / second);
  const dispatcher = createDispatcher({
    clock,
    random: () => 0,
    mayWrite: () => state.mayWrite,
    logger: silentLogger,
    metrics: createNotificationMetrics(registry),
    onChange: (coverage) => changes.push(coverage),
    resendMs: minute,
    channelFor: (_, contact) => ({
      deliver: async (sent, signal) => {
        tries.push(`${contact.name} ${sent.key} ${seconds()}`);
        return (await behaviours.get(contact.name)?.(sent, signal)) ?? {};
      },
      ...(contact.notify.alertmanager
        ? {
            keepAlive: async (open: readonly OpenAlert[]) => {
              resends.push({ at: seconds(), open });
              return state.resend();
            },
          }
        : {}),
    }),
  });
  return {
    ...{ clock, dispatcher, changes, behaviours, state, resends },
    tries: () => tries.splice(0),
    /** Tries so far by result. */
    counts: async () =>
      Object.fromEntries(
        (await registry.metrics())
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .map((line) => [/contact="([^"]*)",result="([^"]*)"/.exec(line)!.slice(1).join(' '), Number(line.split(' ').at(-1))]),
      ),
  };
}

it('what may be sent until a time is not sent later, though nobody has come by to say so', async () => {
  const { clock, dispatcher, behaviours, tries } = setup();
  behaviours.set('desk', () => Promise.reject(unavailable()));
  const until = new Map([['k1', clock.now().add({ seconds: 2 })]]);
  dispatcher.offer(desk, { ...due('k1', 'k2'), until });
  await clock.advance(10 * second);
  behaviours.delete('desk');
  await clock.advance(10 * minute);
  expect(tries().filter((one) => one.includes('k1'))).toEqual(['desk k1 0']);
  dispatcher.offer(desk, due('k1'));
  await clock.advance(10 * minute);
  expect(tries()).toEqual(['desk k1 610']);
  expect(clock.pending).toBe(0);
});

const unavailable = (extra: { retryAfterMs?: number; retryable?: boolean } = {}) => {
  throw new DeliveryError('the webhook hooks.example.com answered 503', { retryable: true, ...extra });
};

describe('a message', () => {
  it('is delivered once, however often it is offered', async () => {
    const { clock, dispatcher, tries, changes, counts } = setup();
    for (let times = 0; times < 3; times += 1) dispatcher.offer(desk, due('a'));
    await clock.settle();
    dispatcher.offer(desk, due('a'));
    await clock.advance(60 * minute);
    expect(tries()).toEqual(['desk a 0']);
    expect(dispatcher.result(key, 'desk')).toEqual({ deliveredKeys: new Set(['a']), delivered: '2026-11-23T03:00:00Z' });
    expect(changes).toEqual([key]);
    expect(await counts()).toEqual({ 'desk Delivered': 1, 'desk Failed': 0, 'desk Refused': 0 });
  });

  it('that fails is tried again after 1 s, 2 s, 4 s and so on to about 5 min, until it is delivered', async () => {
    const { clock, dispatcher, tries, behaviours } = setup();
    behaviours.set('desk', () => unavailable());
    dispatcher.offer(desk, due('a'));
    await clock.advance(20 * minute);
    const times = tries().map((line) => Number(line.split(' ').at(-1)));
    expect(times.slice(0, 9)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255]);
    expect(times.slice(-2).reduce((a, b) => b - a)).toBe(250);
    behaviours.clear();
    await clock.advance(5 * minute);
    expect(dispatcher.result(key, 'desk').deliveredKeys).toEqual(new Set(['a']));
  });

  it('that fails is a problem, told once while it is the same, and none when it is over', async () => {
    const { clock, dispatcher, behaviours, changes, counts } = setup();
    behaviours.set('desk', () => unavailable());
    dispatcher.offer(desk, due('a'));
    await clock.advance(minute);
    expect(dispatcher.result(key, 'desk')).toEqual({
      deliveredKeys: new Set(),
      problem: 'the webhook hooks.example.com answered 503',
    });
    expect(changes).toEqual([key]);
    expect((await counts())['desk Failed']).toBe(6);
    behaviours.clear();
    await clock.advance(minute);
    expect(dispatcher.result(key, 'desk')).not.toHaveProperty('problem');
    expect(changes).toEqual([key, key]);
  });

  it('waits as long as the receiver asks, up to an hour', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    behaviours.set('desk', () => unavailable({ retryAfterMs: 120 * second }));
    dispatcher.offer(desk, due('a'));
    await clock.advance(130 * second);
    expect(tries()).toEqual(['desk a 0', 'desk a 120']);
    behaviours.set('desk', () => unavailable({ retryAfterMs: 365 * 24 * 60 * minute }));
    await clock.advance(110 * second);
    expect(tries()).toEqual(['desk a 240']);
    await clock.advance(60 * minute);
    expect(tries()).toEqual(['desk a 3840']);
  });

  it('that is refused is tried again each quarter of an hour, and the others go on', async () => {
    const { clock, dispatcher, behaviours, tries, counts } = setup();
    behaviours.set('desk', ({ key }) => (key === 'a' ? unavailable({ retryable: false }) : {}));
    dispatcher.offer(desk, due('a', 'b', 'c'));
    await clock.advance(31 * minute);
    expect(tries()).toEqual(['desk a 0', 'desk b 0', 'desk c 0', 'desk a 900', 'desk a 1800']);
    expect(dispatcher.result(key, 'desk').problem).toBe('the webhook hooks.example.com answered 503');
    expect(await counts()).toEqual({ 'desk Delivered': 2, 'desk Failed': 0, 'desk Refused': 3 });
  });

  it('that fails lets the next one try first, since it may be the message', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    behaviours.set('desk', ({ key }) => (key === 'a' ? unavailable() : {}));
    dispatcher.offer(desk, due('a', 'b'));
    await clock.advance(1 * second);
    expect(tries().slice(0, 2)).toEqual(['desk a 0', 'desk b 1']);
  });

  it('that is offered no more is tried no more, and its problem is none', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    behaviours.set('desk', () => unavailable());
    dispatcher.offer(desk, due('a'));
    await clock.settle();
    dispatcher.offer(desk, due());
    tries();
    await clock.advance(60 * minute);
    expect(tries()).toEqual([]);
    expect(dispatcher.result(key, 'desk')).not.toHaveProperty('problem');
    expect(clock.pending).toBe(0);
  });

  it('is tried at once when its contact line is written anew', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    behaviours.set('desk', () => unavailable({ retryable: false }));
    dispatcher.offer(desk, due('a'));
    await clock.settle();
    behaviours.clear();
    const { notify } = webhookContact({ notify: { webhook: { urlSecretRef: { name: 'other', key: 'url' } } } });
    dispatcher.offer({ ...desk, contact: { ...desk.contact, notify } }, due('a'));
    await clock.settle();
    expect(tries()).toEqual(['desk a 0', 'desk a 0']);
    expect(dispatcher.result(key, 'desk').deliveredKeys).toEqual(new Set(['a']));
  });
});

describe('a contact line', () => {
  it('that never answers delays no other, and has one delivery at a time', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    behaviours.set('desk', () => new Promise(() => {}));
    dispatcher.offer(desk, due('a', 'b'));
    dispatcher.offer(team, due('c', 'd'));
    await clock.advance(minute);
    dispatcher.offer(desk, due('a', 'b'));
    await clock.advance(minute);
    expect(tries()).toEqual(['desk a 0', 'team c 0', 'team d 0']);
  });

  it('whose channel throws anything at all is tried again, and shows nothing of it', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    behaviours.set('desk', () => {
      throw new TypeError('hush');
    });
    dispatcher.offer(desk, due('a'));
    await clock.advance(1 * second);
    expect(tries()).toHaveLength(2);
    expect(dispatcher.result(key, 'desk').problem).toBe('the delivery failed unexpectedly; the log of the operator says how');
  });

  it('that the coverage has no more is forgotten with its series, and the others stay', async () => {
    const { clock, dispatcher, behaviours, tries, counts } = setup();
    behaviours.set('desk', () => unavailable());
    dispatcher.offer(desk, due('a'));
    dispatcher.offer(team, due('a'));
    await clock.settle();
    dispatcher.retain(key, ['team']);
    tries();
    await clock.advance(60 * minute);
    expect(tries()).toEqual([]);
    expect(dispatcher.result(key, 'desk')).toEqual({ deliveredKeys: new Set() });
    expect(Object.keys(await counts())).toEqual(['team Delivered', 'team Failed', 'team Refused']);
  });
});

describe('without the lease', () => {
  it('nothing is sent, and what waits is sent as soon as it is held', async () => {
    const { clock, dispatcher, tries, state, changes } = setup();
    state.mayWrite = false;
    dispatcher.offer(desk, due('a'));
    await clock.advance(10 * second);
    expect([tries(), changes]).toEqual([[], []]);
    state.mayWrite = true;
    await clock.advance(1 * second);
    expect(tries()).toEqual(['desk a 11']);
  });

  it('lost in the middle, the next message is not sent', async () => {
    const { clock, dispatcher, tries, state, behaviours } = setup();
    behaviours.set('desk', () => {
      state.mayWrite = false;
      return {};
    });
    dispatcher.offer(desk, due('a', 'b'));
    await clock.advance(10 * second);
    expect(tries()).toEqual(['desk a 0']);
  });
});

describe('a receiver that forgets', () => {
  const open = [openAlert()];

  it('is told all that is open at once and each minute, and that changes no result', async () => {
    const { clock, dispatcher, resends, changes } = setup();
    dispatcher.offer(pager, { pending: [], open });
    await clock.advance(3 * minute);
    expect(resends).toEqual([0, 60, 120, 180].map((at) => ({ at, open })));
    expect(changes).toEqual([]);
    expect(dispatcher.result(key, 'pager')).toEqual({ deliveredKeys: new Set() });
  });

  it('has a message when it was told what is open, and all that are due together', async () => {
    const { clock, dispatcher, resends, tries } = setup();
    dispatcher.offer(pager, { ...due('a', 'b'), open });
    await clock.settle();
    expect(tries()).toEqual(['pager a 0', 'pager b 0']);
    expect(resends).toEqual([{ at: 0, open }]);
    expect(dispatcher.result(key, 'pager').deliveredKeys).toEqual(new Set(['a', 'b']));
  });

  it('that is away for an hour is told all that is open within a minute of its return, and the messages are delivered', async () => {
    const { clock, dispatcher, resends, state } = setup();
    state.resend = unavailable;
    dispatcher.offer(pager, { ...due('a'), open });
    await clock.advance(60 * minute);
    expect(dispatcher.result(key, 'pager')).toEqual({ deliveredKeys: new Set(), problem: 'the webhook hooks.example.com answered 503' });
    expect(resends.length).toBeLessThan(90);
    const later = [...open, openAlert({ id: 'f2' })];
    dispatcher.offer(pager, { ...due('a', 'b'), open: later });
    state.resend = () => ({});
    await clock.advance(minute);
    expect(resends.at(-1)!.open).toBe(later);
    expect(dispatcher.result(key, 'pager')).toMatchObject({ deliveredKeys: new Set(['a', 'b']) });
    expect(dispatcher.result(key, 'pager')).not.toHaveProperty('problem');
  });

  it('of which a replica is down says so once', async () => {
    const { clock, dispatcher, changes, state } = setup();
    state.resend = () => ({ problem: 'Alertmanager am-1:9093 cannot be reached: ECONNREFUSED' });
    dispatcher.offer(pager, { ...due('a'), open });
    await clock.advance(10 * minute);
    expect(dispatcher.result(key, 'pager')).toMatchObject({
      deliveredKeys: new Set(['a']),
      problem: 'Alertmanager am-1:9093 cannot be reached: ECONNREFUSED',
    });
    expect(changes).toEqual([key]);
    state.resend = () => ({});
    await clock.advance(minute);
    expect(dispatcher.result(key, 'pager')).not.toHaveProperty('problem');
    expect(changes).toEqual([key, key]);
  });

  it('is not told again what is open by a test', async () => {
    const { clock, dispatcher, resends } = setup();
    const test = message({ key: 't', kind: 'Test' });
    dispatcher.offer(pager, { pending: [test], open });
    await clock.settle();
    expect(dispatcher.result(key, 'pager').deliveredKeys).toEqual(new Set(['t']));
    expect(resends).toHaveLength(1);
  });
});

describe('a coverage', () => {
  it('that is deleted is forgotten: nothing is sent, no timer waits, no series stays', async () => {
    const { clock, dispatcher, behaviours, tries, counts } = setup();
    let given: AbortSignal | undefined;
    behaviours.set('team', (_, signal) => {
      given = signal;
      return new Promise(() => {});
    });
    behaviours.set('desk', () => unavailable());
    for (const line of [desk, team]) dispatcher.offer(line, due('a'));
    dispatcher.offer(pager, { pending: [], open: [openAlert()] });
    await clock.settle();
    dispatcher.forget(key);
    tries();
    await clock.advance(60 * minute);
    expect([tries(), clock.pending, await counts(), given?.aborted]).toEqual([[], 0, {}, true]);
  });

  it('that was made anew under its name is another', async () => {
    const { clock, dispatcher, tries } = setup();
    dispatcher.offer(desk, due('a'));
    await clock.settle();
    dispatcher.offer({ ...desk, coverage: { ...coverageRef, uid: 'u2' } }, due('a'));
    await clock.settle();
    expect(tries()).toEqual(['desk a 0', 'desk a 0']);
  });
});

describe('at shutdown', () => {
  it('what is under way ends, and nothing else begins', async () => {
    const { clock, dispatcher, behaviours, tries } = setup();
    let answer: (delivered: Delivered) => void = () => {};
    behaviours.set('desk', () => new Promise((resolve) => (answer = resolve)));
    dispatcher.offer(desk, due('a', 'b'));
    dispatcher.offer(pager, { pending: [], open: [] });
    await clock.settle();
    const flushed = dispatcher.flush(5 * second);
    dispatcher.offer(team, due('a'));
    answer({});
    await flushed;
    await clock.advance(60 * minute);
    expect(tries()).toEqual(['desk a 0']);
    expect(dispatcher.result(key, 'desk').deliveredKeys).toEqual(new Set(['a']));
    expect(clock.pending).toBe(0);
  });

  it('what takes longer is given up', async () => {
    const { clock, dispatcher, behaviours } = setup();
    let given: AbortSignal | undefined;
    behaviours.set('desk', (_, signal) => {
      given = signal;
      return new Promise(() => {});
    });
    dispatcher.offer(desk, due('a'));
    await clock.settle();
    const flushed = dispatcher.flush(5 * second);
    await clock.advance(5 * second);
    await flushed;
    expect(given?.aborted).toBe(true);
  });
});

it('what was delivered is remembered only so far', async () => {
  const { clock, dispatcher } = setup();
  for (let batch = 0; batch < 10; batch += 1) {
    dispatcher.offer(desk, due(...Array.from({ length: 500 }, (_, index) => `${batch}-${index}`)));
    await clock.settle();
  }
  await clock.settle();
  const { deliveredKeys } = dispatcher.result(key, 'desk');
  expect(deliveredKeys.size).toBeLessThanOrEqual(4_096);
  expect(deliveredKeys.has('9-499')).toBe(true);
}, 60_000);
