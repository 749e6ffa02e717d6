import { createFakeClock, type FakeClock } from '../../../test/fakes/fake-clock.ts';
import { type AlertSource, followAlerts } from './alert-source.ts';

const second = 1_000;
const minute = 60 * second;
const [one, two] = ['http://am-0:9093', 'http://am-1:9093'];
const never = new AbortController().signal;

interface Replica {
  /** Names of its alerts; undefined: no answer. */
  alerts?: string[] | undefined;
  startedAt?: string;
  /** Answers only when this resolves. */
  after?: Promise<void>;
}

let source: AlertSource;
afterEach(() => source.stop());

/** Replicas as they are now, and how often each was asked for its alerts. */
async function follow(replicas: Record<string, Replica>, clock: FakeClock = createFakeClock('2026-11-23T12:00:00Z')) {
  const asked: string[] = [];
  const get = async (address: string) => {
    const url = new URL(address);
    const replica = replicas[url.origin];
    if (url.pathname === '/api/v2/status') return JSON.stringify({ uptime: replica?.startedAt ?? '2026-11-01T00:00:00Z' });
    asked.push(url.origin);
    await replica?.after;
    if (!replica?.alerts) throw new Error(`${url.host} answered 500`);
    return JSON.stringify(replica.alerts.map((alertname) => ({ labels: { alertname }, startsAt: '2026-11-23T11:00:00Z' })));
  };
  source = followAlerts({ program: 'Alertmanager', urls: Object.keys(replicas) }, { outbound: { get }, clock, random: () => 0.5 });
  await clock.settle();
  return { clock, asked: () => asked.splice(0), replicas };
}
const names = () => source.alerts().map(({ name }) => name);

it('alerts are read at once, then once a minute, and only a change is news', async () => {
  const { clock, asked, replicas } = await follow({ [one]: { alerts: ['A'] } });
  let news = 0;
  source.onChange(() => (news += 1));
  expect([names(), source.knowledge(), asked()]).toEqual([['A'], { state: 'Current' }, [one]]);
  const before = source.revision();
  await clock.advance(5 * minute);
  expect([asked().length, news, source.revision()]).toEqual([5, 0, before]);
  replicas[one] = { alerts: ['A', 'B'] };
  await clock.advance(minute);
  expect([names(), news, source.revision()]).toEqual([['A', 'B'], 1, before + 1]);
  replicas[one] = { alerts: [] };
  await clock.advance(minute);
  expect([names(), news]).toEqual([[], 2]);
});

it('what any replica says is active counts, once, and one that does not answer matters to nobody', async () => {
  const { clock, replicas } = await follow({ [one]: { alerts: ['B', 'A'] }, [two]: { alerts: ['A'] } });
  expect([names(), source.knowledge()]).toEqual([['A', 'B'], { state: 'Current' }]);
  replicas[one] = {};
  await clock.advance(10 * minute);
  expect([names(), source.knowledge()]).toEqual([['A'], { state: 'Current' }]);
});

it('before the first answer nothing is known, and why is said with every address', async () => {
  const { clock, asked } = await follow({ [one]: {}, [two]: {} });
  const message = 'Alertmanager does not answer: http://am-0:9093: am-0:9093 answered 500; http://am-1:9093: am-1:9093 answered 500';
  expect([names(), source.knowledge()]).toEqual([[], { state: 'Stale', message }]);
  asked();
  await clock.advance(minute);
  expect(asked()).toHaveLength(6);
});

it('what was known counts for three minutes without an answer, and again with the next', async () => {
  const { clock, replicas } = await follow({ [one]: { alerts: ['A'] } });
  replicas[one] = {};
  await clock.advance(2 * minute + 59 * second);
  expect([names(), source.knowledge().state]).toEqual([['A'], 'Current']);
  await clock.advance(20 * second);
  expect(source.knowledge().state).toBe('Stale');
  replicas[one] = { alerts: [] };
  await clock.advance(20 * second);
  expect([names(), source.knowledge()]).toEqual([[], { state: 'Current' }]);
});

describe('a replica that has just started', () => {
  it('does not end the alerts that it was not told of yet, until it has run for two minutes', async () => {
    const { clock, replicas } = await follow({ [one]: { alerts: ['A', 'B'] } });
    replicas[one] = { alerts: ['B', 'C'], startedAt: '2026-11-23T12:00:30Z' };
    await clock.advance(2 * minute + 29 * second);
    expect(names()).toEqual(['A', 'B', 'C']);
    await clock.advance(minute);
    expect(names()).toEqual(['B', 'C']);
  });

  it('is not waited for where another knows all', async () => {
    const { clock, replicas } = await follow({ [one]: { alerts: ['A'] }, [two]: { alerts: ['A'] } });
    Object.assign(replicas, { [one]: { alerts: [], startedAt: '2026-11-23T12:00:30Z' }, [two]: { alerts: [] } });
    await clock.advance(minute);
    expect(names()).toEqual([]);
  });

  it('again and again keeps nothing alive for ever', async () => {
    const { clock, replicas } = await follow({ [one]: { alerts: ['A'] } });
    for (let minutes = 0; minutes < 12; minutes += 1) {
      replicas[one] = { alerts: [], startedAt: clock.now().toString() };
      await clock.advance(minute);
      if (minutes === 8) expect(names()).toEqual(['A']);
    }
    expect(names()).toEqual([]);
  });
});

describe('a pass', () => {
  it('has it asked now, but not again within five seconds', async () => {
    const { clock, asked, replicas } = await follow({ [one]: { alerts: [] } });
    replicas[one] = { alerts: ['A'] };
    asked();
    await clock.advance(4 * second);
    await source.refresh(never);
    expect([asked(), names()]).toEqual([[], []]);
    await clock.advance(second);
    await source.refresh(never);
    expect([asked(), names()]).toEqual([[one], ['A']]);
  });

  it('waits two seconds for an answer, or until it is given up itself', async () => {
    const held = Promise.withResolvers<void>();
    const { clock } = await follow({ [one]: { alerts: ['A'], after: held.promise } });
    let waiting = 2;
    const giveUp = new AbortController();
    void source.refresh(never).then(() => (waiting -= 1));
    void source.refresh(giveUp.signal).then(() => (waiting -= 1));
    giveUp.abort();
    await clock.advance(1_999);
    expect(waiting).toBe(1);
    await clock.advance(1);
    expect([waiting, names()]).toEqual([0, []]);
    held.resolve();
    await clock.settle();
    expect(names()).toEqual(['A']);
  });
});

it('what is stopped asks nobody and tells nobody', async () => {
  const { clock, asked, replicas } = await follow({ [one]: { alerts: [] } });
  let news = 0;
  source.onChange(() => (news += 1));
  asked();
  replicas[one] = { alerts: ['A'] };
  source.stop();
  await clock.advance(10 * minute);
  expect([asked(), news]).toEqual([[], 0]);
});
