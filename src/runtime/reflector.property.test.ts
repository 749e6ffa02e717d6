import fc from 'fast-check';
import { type CollectionServer, createCollectionServer, type Delivery, type Fault } from '../../test/fakes/collection-server.ts';
import { latencyMs } from '../../test/fakes/collection-stream.ts';
import { createFakeClock } from '../../test/fakes/fake-clock.ts';
import type { KubeObject, Pod } from '../kube/types.ts';
import { type Logger, silentLogger } from './logger.ts';
import { createRuntimeMetrics } from './metrics.ts';
import { createReflector } from './reflector.ts';
import { type Change, keyOf, type Stored } from './store.ts';

type Step =
  | { do: 'put'; name: string; phase: string }
  | { do: 'remove'; name: string }
  | { do: 'advance'; ms: number }
  /** Until the reflector asks for something, for half a minute at the most. */
  | { do: 'awaitRequest' }
  | { do: 'probe' }
  | Fault;

const names = ['a', 'b', 'c', 'd', 'e'];
const name = fc.constantFrom(...names);
/** Not wanted by the projection: pods that succeeded. */
const phase = fc.constantFrom('Pending', 'Running', 'Succeeded');
const streamFault = fc.constantFrom('end', 'reset', 'cut', 'hang', 'expire', 'repeat', 'bookmark', 'bookmark', 'closeAtOnce');
const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: streamFault }) },
  fc.record({ do: fc.constant('refuse'), code: fc.constantFrom(410, 429, 500, 503), retryAfterSeconds: fc.constantFrom(0, 1, 20) }),
  fc.record({ do: fc.constant('restart'), ms: fc.constantFrom(500, 5_000, 20_000) }),
  fc.record({ do: fc.constant('compact'), keep: fc.constantFrom(0, 0, 1, 2), by: fc.constantFrom('status', 'event') }),
  fc.record({ do: fc.constant('watchList'), served: fc.boolean() }),
);
const operation: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('put'), name, phase }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), name }) },
);
const awaitRequest = fc.record({ do: fc.constant('awaitRequest') });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: operation },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(200, 1_000, 3_000, 30_000, 100_000) }) },
  { weight: 2, arbitrary: awaitRequest },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('probe') }) },
  { weight: 5, arbitrary: fault },
);
/** Something more happens while the reflector deals with the end of a stream, which by chance alone it rarely would. */
const inTheMiddle = fc.tuple(
  fc.record({ do: fc.constantFrom('end', 'reset', 'expire', 'expire') }),
  awaitRequest,
  fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(200, 400, 600) }),
  operation,
  fault,
  fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(200, 400, 3_000) }),
);
const steps = fc.array(fc.oneof(fc.tuple(step), inTheMiddle), { maxLength: 40, size: 'max' }).map((parts): Step[] => parts.flat());

interface SeenPod extends Stored {
  phase: string;
  version: number;
  delivery: Delivery;
}

function project(object: KubeObject): SeenPod | undefined {
  const { metadata, status, delivery } = object as Pod & { delivery: Delivery };
  if (status?.phase === 'Succeeded') return undefined;
  return {
    ...{ name: metadata?.name ?? '', namespace: metadata?.namespace ?? '', phase: status?.phase ?? '' },
    ...{ version: Number(metadata?.resourceVersion), delivery },
  };
}

/** One line for a state: what there is, of which version. */
function describeState(pods: Iterable<SeenPod>): string {
  return Array.from(pods, (pod) => `${pod.name}@${pod.version} ${pod.phase}`)
    .sort()
    .join(', ');
}

function wantedOf(server: CollectionServer): string {
  return describeState([...server.pods.values()].flatMap((pod) => project(pod as KubeObject) ?? []));
}

/** Believes what handlers are told and nothing else, and notes what a handler could not make sense of. */
function createHandler() {
  const pods = new Map<string, SeenPod>();
  const wrong: string[] = [];
  let newest = 0;

  function onChange(change: Change<SeenPod>): void {
    const { type, object } = change;
    const before = pods.get(keyOf(object));
    const complain = (problem: string) => void wrong.push(`${type} ${describeState([object])} (${object.delivery}): ${problem}`);
    if (type === 'added' && before) complain('was there');
    if (type !== 'added' && !before) complain('was not there');
    if (type === 'updated' && change.old !== before) complain('was another');
    if (type === 'deleted') {
      if (object !== before) complain('is not as it was last told');
      pods.delete(keyOf(object));
      return;
    }
    if (before && object.version < before.version) complain(`is older than ${before.version}`);
    // A whole state and a line that the server repeats say again what is known; an event never does.
    if (object.delivery === 'event' && object.version <= newest) complain(`is not newer than ${newest}`);
    newest = Math.max(newest, object.version);
    pods.set(keyOf(object), object);
  }

  /** A handler that throws is not heard of otherwise. */
  const logger: Logger = { ...silentLogger, error: (message, _, error) => void wrong.push(`${message}: ${error}`) };
  return { pods, wrong, onChange, logger };
}

const metrics = createRuntimeMetrics();

function startReflector(atFirst: readonly string[]) {
  const clock = createFakeClock();
  const server = createCollectionServer(clock);
  for (const pod of atFirst) server.put(pod, 'Running');
  const handler = createHandler();
  const reflector = createReflector<SeenPod>({
    ...{ transport: server.transport, project, clock, random: () => 0, logger: handler.logger, metrics },
    type: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
    onChange: handler.onChange,
  });
  const stopping = new AbortController();
  const running = reflector.run(stopping.signal);
  const stop = () => {
    stopping.abort();
    return running;
  };

  async function waitForRequest(): Promise<void> {
    const before = server.requests;
    for (let ms = 0; ms < 31_000 && server.requests === before; ms += 2 * latencyMs) await clock.advance(2 * latencyMs);
  }

  async function take(next: Step): Promise<void> {
    if (next.do === 'put') server.put(next.name, next.phase);
    else if (next.do === 'remove') server.remove(next.name);
    else if (next.do === 'advance') await clock.advance(next.ms);
    else if (next.do === 'awaitRequest') await waitForRequest();
    else if (next.do === 'probe') server.probe();
    else server.inject(next);
    await clock.settle();
  }

  return { clock, server, handler, reflector, take, stop };
}

/** 90 s until a silent connection is given up, then up to four attempts (too late, expired, stream refused) with waits of at most 30 s. */
const recoveryMs = 240_000;
/** The properties take a second or two each; to find the shortest counterexample takes longer. */
const limitMs = 20_000;

it(
  'holds what the server holds once faults are over, and tells each change once, whatever happened and in whatever order',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names), steps, async (atFirst, after) => {
        const { clock, server, handler, reflector, take, stop } = startReflector(atFirst);
        for (const next of after) await take(next);
        server.calm();
        await clock.advance(recoveryMs);
        const wanted = wantedOf(server);
        expect({
          ...{ stored: describeState(reflector.store.values()), told: describeState(handler.pods.values()), wrong: handler.wrong },
          ...{ phase: reflector.status().phase, watches: server.streams },
        }).toEqual({ stored: wanted, told: wanted, wrong: [], phase: 'Synced', watches: 1 });
        await stop();
        expect(server.streams).toBe(0);
      }),
      { numRuns: 250 },
    );
  },
  limitMs,
);

it(
  'never holds a state that the server never had, nor goes back to an earlier one',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(names), steps, async (atFirst, after) => {
        const { server, reflector, take, stop } = startReflector(atFirst);
        const states = ['', wantedOf(server)];
        let seen = 0;
        for (const next of after) {
          await take(next);
          states.push(wantedOf(server));
          const stored = describeState(reflector.store.values());
          const at = states.indexOf(stored, seen);
          expect(at >= seen ? stored : { stored, thoughServerHad: states.slice(seen) }).toBe(stored);
          seen = at;
        }
        await stop();
      }),
      { numRuns: 250 },
    );
  },
  limitMs,
);
