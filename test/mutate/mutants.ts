import { notificationMutants } from './notifications.ts';

/** A change that breaks one promise. `find` stands exactly once in the file; `tests` is the pattern of the test files, one of which must turn red. */
export interface Mutant {
  /** What the operator would then do. */
  name: string;
  file: string;
  find: string;
  replace: string;
  tests: string;
  /** Runs only those of their tests whose names match: where the others would wait for what never comes. */
  only?: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'a projection keeps pods that have ended',
    file: 'src/observe/resources/pods.ts',
    find: "if (phase === 'Succeeded' || phase === 'Failed') return undefined;",
    replace: '',
    tests: 'src/observe/projections|src/checks/capacity',
  },
  {
    name: 'a reflector gives up after its first failure',
    file: 'src/runtime/reflector.ts',
    find: 'await (named ? delay(clock, recover(error), signal) : pause(recover(error), signal));',
    replace: 'recover(error);\n        return;',
    tests: 'src/runtime/reflector.property',
  },
  {
    name: 'a reflector goes on from an expired version',
    file: 'src/runtime/reflector.ts',
    find: "if (failure.kind === 'Gone') return 'expired';",
    replace: '',
    tests: 'src/runtime/reflector.property',
  },
  {
    name: 'a reflector takes any bookmark for the end of the initial state',
    file: 'src/runtime/reflector.ts',
    find: "event.type === 'BOOKMARK' && event.object.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true'",
    replace: "event.type === 'BOOKMARK'",
    tests: 'src/runtime/reflector.test',
    only: 'counts only when the server says that it is complete',
  },
  {
    name: 'a reflector waits for ever on a silent connection',
    file: 'src/runtime/reflector.ts',
    find: '  arm(watchdogMs);\n',
    replace: '',
    tests: 'src/runtime/reflector.faults',
    only: 'of 90 s ends the watch',
  },
  {
    name: 'a reflector forgets how far a watch has come',
    file: 'src/runtime/reflector.ts',
    find: 'resourceVersion = object.metadata?.resourceVersion ?? resourceVersion;',
    replace: '',
    tests: 'src/runtime/reflector.property',
  },
  {
    name: 'a reflector comes back before the time that the server named',
    file: 'src/runtime/reflector.ts',
    find: 'Math.max(backoff(), failure.retryAfterMs ?? 0)',
    replace: 'backoff()',
    tests: 'src/runtime/reflector.faults',
    only: 'own time to come back',
  },
  {
    name: 'what vanished during an outage is kept',
    file: 'src/runtime/store.ts',
    find: "for (const [key, object] of objects) if (!next.has(key)) changes.push({ type: 'deleted', object });",
    replace: 'next = new Map([...objects, ...next]);',
    tests: 'src/runtime/store|src/runtime/reflector.property',
  },
  {
    name: 'the queue hands out a key that is being worked on',
    file: 'src/runtime/work-queue.ts',
    find: 'if (!processing.has(key)) enqueue(key);',
    replace: 'enqueue(key);',
    tests: 'src/runtime/work-queue',
  },
  {
    name: 'a finding is dated anew after a restart',
    file: 'src/findings/lifecycle.ts',
    find: 'before?.firstSeen ?? began(',
    replace: 'began(',
    tests: 'src/findings/lifecycle',
  },
  {
    name: 'what a check cannot judge resolves its findings',
    file: 'src/findings/lifecycle.ts',
    find: 'if (result.unknown !== undefined) {',
    replace: 'if (false) {',
    tests: 'src/findings/lifecycle',
  },
  {
    name: 'Unknown is shown as healthy',
    file: 'src/report/conditions.ts',
    find: "if (verdicts.some(({ status }) => status === 'Unknown'))\n",
    replace: 'if (false)\n',
    tests: 'src/report/conditions',
  },
  {
    name: 'metrics keep their last word about a cluster that cannot be read',
    file: 'src/coverage/reconcile.ts',
    find: 'blind && entry.status ? unread(entry.status) : entry.status',
    replace: 'entry.status',
    tests: 'src/coverage/reconcile.failures',
  },
  {
    name: 'a cluster that cannot be read is called Healthy as before',
    file: 'src/report/conditions.ts',
    find: "lifecycleConditions.filter((type) => type !== 'Healthy')",
    replace: 'lifecycleConditions',
    tests: 'src/coverage/reconcile.failures',
  },
  {
    name: 'a write goes out without the lease',
    file: 'src/kube/guarded-transport.ts',
    find: '!mayWrite()',
    replace: 'false',
    tests: 'src/kube/guarded-transport',
  },
  {
    name: 'a lease is judged by the wall clock',
    file: 'src/runtime/leader-election.ts',
    find: 'return clock.monotonic() - observed.at >= durationMs;',
    replace: "return clock.now().epochMilliseconds - Date.parse(observed.lease.spec?.renewTime ?? '') >= durationMs;",
    tests: 'src/runtime/leader-election',
  },
  {
    name: 'a token file is read once',
    file: 'src/kube/transport.ts',
    find: 'rotates && last && now() - last.readAt >= rereadMs',
    replace: 'false',
    tests: 'src/kube/transport.credentials',
  },
  {
    name: 'a watch is torn down at the first 429',
    file: 'src/kube/transport.ts',
    find: 'throttled < maxThrottledRetries',
    replace: 'false',
    tests: 'src/kube/transport.lines',
  },
  {
    name: 'two coverages run at the same second',
    file: 'src/coverage/schedule.ts',
    find: '.update(seed)',
    replace: ".update('')",
    tests: 'src/coverage/schedule',
  },
  {
    name: 'a missed run is not made up',
    file: 'src/coverage/due.ts',
    find: 'if (!at || Temporal.Instant.compare(at, now) > 0) return { at };',
    replace: 'if (!at || now.epochMilliseconds - at.epochMilliseconds > missedAfterMs) return { at };',
    tests: 'src/coverage/due',
  },
  {
    name: 'an exchanged baseline goes unseen',
    file: 'src/baseline/integrity.ts',
    find: 'if (approved && approved !== hash) return',
    replace: 'if (false) return',
    tests: 'src/baseline/integrity',
  },
  {
    name: 'an ignore rule outlives its last day',
    file: 'src/baseline/compare.ts',
    find: '(rule.expires === undefined ||',
    replace: '(true ||',
    tests: 'src/baseline/compare',
  },
  {
    name: 'a node that is being removed is reported',
    file: 'src/checks/nodes/availability.ts',
    find: 'if (node.unschedulable || isLeaving(node)) continue;',
    replace: 'if (node.unschedulable) continue;',
    tests: 'src/checks/nodes',
  },
  {
    name: 'the operator’s own status write brings the coverage back',
    file: 'src/coverage/watched.ts',
    find: "if (change.type !== 'updated') return true;",
    replace: 'return true;',
    tests: 'src/coverage/watched',
  },
  ...notificationMutants,
];
