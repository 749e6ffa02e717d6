/** A change that breaks one promise. `find` stands exactly once in the file; `tests` is the pattern of the test files that must turn red. */
export interface Mutant {
  /** What the operator would then do. */
  name: string;
  file: string;
  find: string;
  replace: string;
  tests: string;
}

export const mutants: readonly Mutant[] = [
  {
    name: 'a projection keeps pods that have ended',
    file: 'src/observe/resources/pods.ts',
    find: "if (phase === 'Succeeded' || phase === 'Failed') return undefined;",
    replace: '',
    tests: 'src/observe|src/checks/capacity',
  },
  {
    name: 'a reflector gives up after its first failure',
    file: 'src/runtime/reflector.ts',
    find: 'await delay(clock, recover(error), signal);',
    replace: 'recover(error);\n        return;',
    tests: 'src/runtime/reflector',
  },
  {
    name: 'a reflector goes on from an expired version',
    file: 'src/runtime/reflector.ts',
    find: "if (failure.kind === 'Gone') return 'expired';",
    replace: '',
    tests: 'src/runtime/reflector',
  },
  {
    name: 'a reflector takes any bookmark for the end of the initial state',
    file: 'src/runtime/reflector.ts',
    find: "event.type === 'BOOKMARK' && event.object.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true'",
    replace: "event.type === 'BOOKMARK'",
    tests: 'src/runtime/reflector',
  },
  {
    name: 'a reflector waits for ever on a silent connection',
    file: 'src/runtime/reflector.ts',
    find: 'if (left <= 0) controller.abort',
    replace: 'if (left <= -1e12) controller.abort',
    tests: 'src/runtime/reflector',
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
    tests: 'src/findings',
  },
  {
    name: 'what a check cannot judge resolves its findings',
    file: 'src/findings/lifecycle.ts',
    find: 'if (result.unknown !== undefined) {',
    replace: 'if (false) {',
    tests: 'src/findings',
  },
  {
    name: 'Unknown is shown as healthy',
    file: 'src/report/conditions.ts',
    find: "if (verdicts.some(({ status }) => status === 'Unknown'))\n",
    replace: 'if (false)\n',
    tests: 'src/report',
  },
  {
    name: 'a write goes out without the lease',
    file: 'src/kube/guarded-transport.ts',
    find: '!mayWrite()',
    replace: 'false',
    tests: 'src/kube/guarded-transport',
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
    tests: 'src/coverage',
  },
  {
    name: 'an exchanged baseline goes unseen',
    file: 'src/baseline/integrity.ts',
    find: 'if (approved && approved !== hash) return',
    replace: 'if (false) return',
    tests: 'src/baseline',
  },
  {
    name: 'an ignore rule outlives its last day',
    file: 'src/baseline/compare.ts',
    find: '(rule.expires === undefined ||',
    replace: '(true ||',
    tests: 'src/baseline',
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
];
