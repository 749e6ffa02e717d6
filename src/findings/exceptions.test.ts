import { supported } from '../../test/fixtures/judgement.ts';
import type { Finding } from '../api/v1alpha1/coveragereport.ts';
import type { Exception } from '../api/v1alpha1/supportcoverage.ts';
import { acceptedBy, dayIn, expiredExceptions } from './exceptions.ts';

const exception = (extra: Partial<Exception> = {}): Exception => ({
  ...{ check: 'rbac-cluster-admin', object: 'ClusterRoleBinding/ci-*', reason: 'CHG-1042', owner: 'team-ci', expires: '2027-01-31' },
  ...extra,
});
const finding = (extra: Partial<Finding> = {}) =>
  ({ ...supported, check: 'rbac-cluster-admin', object: 'ClusterRoleBinding/ci-deployer', ...extra }) as Finding;
const day = (text: string) => Temporal.PlainDate.from(text);
const at = (text: string) => Temporal.Instant.from(text);

describe('an exception', () => {
  it('accepts what its check and object match, and says why, who answers for it and until when', () => {
    expect(acceptedBy([exception()], finding(), day('2026-11-23'))).toBe('CHG-1042 (team-ci, until 2027-01-31)');
    expect(acceptedBy([exception({ check: 'rbac-*', object: '*' })], finding(), day('2026-11-23'))).toBeDefined();
  });

  it('accepts nothing else', () => {
    expect(acceptedBy([exception()], finding({ object: 'ClusterRoleBinding/admins' }), day('2026-11-23'))).toBeUndefined();
    expect(acceptedBy([exception()], finding({ check: 'rbac-wildcard' }), day('2026-11-23'))).toBeUndefined();
  });

  it('counts through its last day, and not on the next', () => {
    expect(acceptedBy([exception()], finding(), day('2027-01-31'))).toBeDefined();
    expect(acceptedBy([exception()], finding(), day('2027-02-01'))).toBeUndefined();
  });

  it('ends where its day ends in the zone of the coverage', () => {
    expect(dayIn('UTC', at('2027-01-31T23:30:00Z')).toString()).toBe('2027-01-31');
    expect(dayIn('Europe/Amsterdam', at('2027-01-31T23:30:00Z')).toString()).toBe('2027-02-01');
    expect(dayIn('America/New_York', at('2027-02-01T03:00:00Z')).toString()).toBe('2027-01-31');
  });

  it('that has expired gives way to the next that matches', () => {
    const list = [exception({ expires: '2026-01-31' }), exception({ reason: 'CHG-2000' })];
    expect(acceptedBy(list, finding(), day('2026-11-23'))).toBe('CHG-2000 (team-ci, until 2027-01-31)');
  });

  it('keeps owner and date within what a report holds, however long its reason, and no half of a character', () => {
    const text = acceptedBy([exception({ reason: '😀'.repeat(1024), owner: 'o'.repeat(253) })], finding(), day('2026-11-23'))!;
    expect([...text].length).toBeLessThanOrEqual(1024);
    expect(text).toMatch(/^😀+… \(o{253}, until 2027-01-31\)$/u);
  });
});

describe('an exception that has expired', () => {
  const now = at('2027-02-01T00:00:00Z');
  const expired = (exceptions: Exception[], open: Finding[], zone = 'UTC', when = now) => expiredExceptions(exceptions, open, zone, when);

  it('is seen while what it accepted is open, with check, object, owner, date and what to do, since its end', () => {
    expect(expired([exception()], [finding()])).toEqual([
      {
        object: 'Exception/rbac-cluster-admin/ClusterRoleBinding/ci-*',
        reason: 'ExceptionExpired',
        message:
          'The exception for rbac-cluster-admin on ClusterRoleBinding/ci-* ended on 2027-01-31 and what it accepted is still there, so it counts again. Mend it, or agree with its owner, team-ci, on a new date and write it in spec.exceptions.',
        since: now,
      },
    ]);
  });

  it('is seen once, however much it matches', () => {
    expect(expired([exception()], [finding(), finding({ object: 'ClusterRoleBinding/ci-runner' })])).toHaveLength(1);
  });

  it('is not seen on its last day, in the zone of the coverage', () => {
    expect(expired([exception()], [finding()], 'UTC', at('2027-01-31T23:59:59Z'))).toEqual([]);
    expect(expired([exception()], [finding()], 'Europe/Amsterdam', at('2027-01-31T23:00:00Z')).map(({ since }) => `${since}`)).toEqual([
      '2027-01-31T23:00:00Z',
    ]);
    expect(expired([exception()], [finding()], 'America/New_York', now)).toEqual([]);
  });

  it.each<[string, Finding[]]>([
    ['nothing is open', []],
    ['what it accepted is mended', [finding({ object: 'ClusterRoleBinding/admins' })]],
    ['another exception accepts it now', [finding({ exception: 'CHG-2000 (team-ci, until 2027-12-31)' })]],
    ['what it matches is not covered', [finding({ coverage: 'NotCovered' })]],
  ])('is silent where %s', (_, open) => {
    expect(expired([exception()], open)).toEqual([]);
  });

  it('has a message that a report holds, whatever it names', () => {
    const long = exception({ check: 'c'.repeat(63), object: 'o'.repeat(512), owner: 'w'.repeat(253) });
    const [observation] = expired([long], [finding({ check: long.check, object: long.object })]);
    expect(observation!.message.length).toBeLessThanOrEqual(1024);
  });
});
