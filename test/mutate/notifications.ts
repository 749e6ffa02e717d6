import type { Mutant } from './mutants.ts';

const outbound = { file: 'src/runtime/outbound.ts', tests: 'src/runtime/outbound' };
const addresses = { file: 'src/runtime/addresses.ts', tests: 'src/runtime/addresses' };
const line = { file: 'src/report/notifications/line.ts', tests: 'src/report/notifications/dispatcher' };
const alertmanager = { file: 'src/report/notifications/alertmanager.ts', tests: 'src/report/notifications/alertmanager' };
const alerts = { file: 'src/report/notifications/alerts.ts', tests: 'src/report/notifications/alertmanager' };
const telling = { tests: 'src/coverage/reconcile.telling' };
const webhook = { file: 'src/report/notifications/webhook.ts', tests: 'src/report/notifications/webhook' };

/** Promises of contact lines. */
export const notificationMutants: readonly Mutant[] = [
  {
    name: 'a name that leads to a refused address is called',
    ...outbound,
    find: 'const passing = found.filter((address) => rule(address, apiServers) === undefined);',
    replace: 'const passing = found;',
  },
  {
    name: 'an address without a name is called unchecked',
    ...outbound,
    find: 'if (isIP(host) === 0) connect(target, callback);\n    else',
    replace: 'connect(target, callback);\n    if (false)',
  },
  {
    name: 'a redirect counts as taken',
    ...outbound,
    find: 'if (status < 300) return undefined;',
    replace: 'if (status < 400) return undefined;',
  },
  {
    name: 'an answer is read to its end, however long it is',
    ...outbound,
    find: 'const maxAnswerBytes = 64 * 1024;',
    replace: 'const maxAnswerBytes = 64 * 1024 * 1024;',
  },
  {
    name: 'a problem shows the path of the address',
    ...outbound,
    find: 'describe(error, url.host,',
    replace: 'describe(error, url.href,',
  },
  {
    name: 'the API server may be called',
    ...addresses,
    find: "return 'the API server';",
    replace: 'return undefined;',
  },
  {
    name: 'an exception makes no exception',
    ...addresses,
    find: 'if (allowed.check(plain, family)) return undefined;',
    replace: '',
  },
  {
    name: 'a message is sent although it was delivered',
    ...line,
    find: 'state.pending.filter(({ key }) => !deliveredKeys.has(key))',
    replace: 'state.pending.filter(() => true)',
  },
  {
    name: 'a failure is tried again without growing waits',
    ...line,
    find: 'Math.max(nextDelay(), asked)',
    replace: 'Math.max(1_000, asked)',
  },
  {
    name: 'Retry-After is not waited for',
    ...line,
    find: 'const asked = Math.min(error.retryAfterMs ?? 0, maxRetryAfterMs);',
    replace: 'const asked = 0;',
  },
  {
    name: 'a message that fails stays the first',
    ...line,
    find: '      pending.delete(key);\n      pending.set(key, message);\n',
    replace: '',
  },
  {
    name: 'a refusal holds up the other messages',
    ...line,
    find: 'if (error.retryable) pausedUntil',
    replace: 'if (asked >= 0) pausedUntil',
  },
  {
    name: 'a replica without the lease sends',
    file: 'src/report/notifications/dispatcher.ts',
    tests: 'src/report/notifications/dispatcher',
    find: 'createLine({ ...options,',
    replace: 'createLine({ ...options, mayWrite: () => true,',
  },
  {
    name: 'a contact line has two deliveries at a time',
    ...line,
    find: 'if (closed || working) return;',
    replace: 'if (closed) return;',
  },
  {
    name: 'what is open is said once only',
    ...line,
    find: 'if (channel?.keepAlive) times.push(resendAt);',
    replace: '',
  },
  {
    name: 'the result that changes is told to nobody',
    ...line,
    find: 'if (changed || now !== before) options.onChange();',
    replace: '',
  },
  {
    name: 'what is resolved is not ended',
    ...alertmanager,
    find: 'ended.set(identity, { alert, at });',
    replace: '',
  },
  {
    name: 'one replica that is down fails the delivery',
    ...alertmanager,
    find: 'if (failures.length < replicas) return { problem };',
    replace: '',
  },
  {
    name: 'an alert begins in the future',
    ...alertmanager,
    find: '[Temporal.Instant.from(alert.startsAt), endsAt, now()]',
    replace: '[Temporal.Instant.from(alert.startsAt)]',
  },
  {
    name: 'a storm is an alert a finding',
    ...alerts,
    find: 'export const maxSingle = 100;',
    replace: 'export const maxSingle = 10_000;',
  },
  {
    name: 'something more urgent ends an alert that is still open',
    ...alerts,
    find: 'entries.filter(({ told }, index) => index < maxSingle || told)',
    replace: 'entries.filter((_, index) => index < maxSingle)',
  },
  {
    name: 'a signature proves nothing',
    ...webhook,
    find: "createHmac('sha256', key)",
    replace: "createHmac('sha256', 'key')",
  },
  {
    name: 'a message has another key each time',
    ...webhook,
    find: "'idempotency-key': message.key,",
    replace: "'idempotency-key': crypto.randomUUID(),",
  },
  {
    name: 'a message is sent before it is stored',
    ...telling,
    file: 'src/coverage/cluster-run.ts',
    find: 'known.report = await coverages.orForget(coverage, () => store.writeReport(coverage, reportName(coverage, name), name, report, status));',
    replace:
      'known.report = { ...report!, status };\n    void store.writeReport(coverage, reportName(coverage, name), name, report, status).catch(() => {});',
    only: 'is not sent while it cannot be stored',
  },
  {
    name: 'a message has a random key',
    file: 'src/coverage/escalation.ts',
    tests: 'src/coverage/escalation',
    find: ".update([uid, cluster, contact, at, ...content].join('\\n'))",
    replace: '.update(String(Math.random()))',
  },
  {
    name: 'a message has a random key each time it is offered',
    ...telling,
    file: 'src/coverage/contact-lines.ts',
    find: '({ ...notification, coverage: ref,',
    replace: '({ ...notification, key: String(Math.random()), coverage: ref,',
    only: 'under the same key',
  },
  {
    name: 'what was delivered is never recorded',
    ...telling,
    file: 'src/coverage/handling.ts',
    find: 'delivered(told.notifications, input.deliveredKeys)',
    replace: '[...told.notifications]',
  },
  {
    name: 'a test message is dated anew by each process',
    ...telling,
    file: 'src/coverage/contact-lines.ts',
    find: 'before?.testDue ?? stamp(now)',
    replace: 'stamp(now)',
    only: 'to the letter',
  },
  {
    name: 'a Secret is read once only',
    file: 'src/report/notifications/channel-for.ts',
    find: '    return createWebhook({ ...options, target });',
    replace: '    const first = target();\n    return createWebhook({ ...options, target: () => first });',
    tests: 'src/report/notifications/channel-for',
  },
];
