import { type ClusterFixture, clusterOf, node, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { supportCalendarData } from './support-calendar-data.ts';
import { versionEol } from './version-eol.ts';

const today = now.toZonedDateTimeISO('UTC').toPlainDate();
const inDays = (days: number) => today.add({ days }).toString();

/** A ConfigMap with this text, or with a calendar in which each distribution ends so many days from today. */
function calendar(content: string | Record<string, Record<string, number>>, validUntil = inDays(365)): object {
  const distributions = (ends: Record<string, Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(ends).map(([name, minors]) => [
        name,
        Object.fromEntries(Object.entries(minors).map(([minor, left]) => [minor, { endOfLife: inDays(left) }])),
      ]),
    );
  return {
    metadata: { name: 'support-calendar', namespace: 'platform-support' },
    data: {
      'calendar.json': typeof content === 'string' ? content : JSON.stringify({ validUntil, distributions: distributions(content) }),
    },
  };
}

/** A cluster of upstream Kubernetes 1.36 whose support ends so many days from today. */
const ending = (left: number): ClusterFixture => ({ version: 'v1.36.2', 'support-calendar': [calendar({ upstream: { '1.36': left } })] });
const severities = (cluster: ClusterFixture, parameters?: Record<string, string>) =>
  findingsOf(versionEol, cluster, parameters ? { parameters } : {}).map(({ severity }) => severity);

describe('version-eol fires', () => {
  it('before the end of support, and says when that is and by whose calendar', () => {
    expect(findingsOf(versionEol, ending(60))).toEqual([
      {
        object: 'Cluster/local',
        severity: 'warning',
        reason: 'EndOfSupport',
        message:
          'Support for Kubernetes v1.36.2 ends on 2027-01-22 (upstream calendar), within 90 days. Plan the upgrade to a supported minor version.',
      },
    ]);
  });

  it('as critical close to the end', () => {
    const [finding] = findingsOf(versionEol, ending(7));
    expect(finding?.severity).toBe('critical');
    expect(finding?.message).toContain('ends on 2026-11-30 (upstream calendar), within 30 days.');
  });

  it('as critical past the end', () => {
    const [finding] = findingsOf(versionEol, ending(-400));
    expect(finding?.severity).toBe('critical');
    expect(finding?.message).toContain('Kubernetes v1.36.2 is out of support since 2025-10-19 (upstream calendar)');
  });

  it('at once, with no time to wait', () => {
    const { checks } = configureChecks([versionEol], []);
    expect(checks[0]?.holdMs).toBe(0);
  });

  it('by the bundled calendar where the cluster gives none', () => {
    const end = supportCalendarData.distributions.upstream['1.36'].endOfLife;
    const before = Temporal.PlainDate.from(end).subtract({ days: 10 }).toZonedDateTime('UTC').toInstant();
    const { checks } = configureChecks([versionEol], []);
    const { observations } = runCheck(checks[0]!, clusterOf({ version: 'v1.36.2' }), before, createAgreement());
    expect(observations[0]?.message).toContain(`ends on ${end}`);
  });
});

describe('version-eol at its boundaries', () => {
  it.each([
    [91, []],
    [90, ['warning']],
    [31, ['warning']],
    [30, ['critical']],
    [0, ['critical']],
    [-1, ['critical']],
  ])('with %d days left is %p', (left, expected) => {
    expect(severities(ending(left))).toEqual(expected);
  });

  it('still has support on the last day, and none on the next', () => {
    expect(findingsOf(versionEol, ending(0))[0]?.message).toContain('ends on 2026-11-23');
    expect(findingsOf(versionEol, ending(-1))[0]?.message).toContain('is out of support since 2026-11-22');
  });

  it('takes other thresholds from the coverage', () => {
    const parameters = { warningDays: '180', criticalDays: '60' };
    expect(severities(ending(180), parameters)).toEqual(['warning']);
    expect(severities(ending(60), parameters)).toEqual(['critical']);
    expect(severities(ending(181), parameters)).toEqual([]);
  });

  it('says the same from day to day, while it is the same state', () => {
    const { checks } = configureChecks([versionEol], []);
    const view = clusterOf(ending(89));
    const message = (days: number) => runCheck(checks[0]!, view, now.add({ hours: 24 * days }), createAgreement()).observations[0]?.message;
    expect(message(58)).toBe(message(0));
    expect(message(59)).not.toBe(message(0));
    expect(message(89)).toBe(message(59));
    expect(message(300)).toBe(message(90));
  });
});

describe('version-eol reads the calendar of the cluster’s own distribution', () => {
  const calendars = calendar({ upstream: { '1.36': 400 }, eks: { '1.36': 50 }, gke: { '1.36': 20 }, aks: { '1.36': -5 } });
  const azure = node('a', { labels: { 'kubernetes.azure.com/cluster': 'MC_platform' } });

  it.each<[string, string, object[], string[]]>([
    ['upstream without a suffix', 'v1.36.2', [node('a')], []],
    ['upstream for k3s', 'v1.36.2+k3s1', [node('a')], []],
    ['EKS by its suffix', 'v1.36.2-eks-3025e55', [node('a')], ['warning']],
    ['GKE by its suffix', 'v1.36.2-gke.1001000', [node('a')], ['critical']],
    ['AKS by the label of its nodes', 'v1.36.2', [azure], ['critical']],
  ])('%s', (_, version, nodes, expected) => {
    expect(severities({ version, nodes, 'support-calendar': [calendars] })).toEqual(expected);
  });
});

describe('version-eol is silent', () => {
  it('for a version with more than 90 days of support', () => {
    expect(findingsOf(versionEol, ending(365))).toEqual([]);
  });

  it('while nodes still run the older minor during an upgrade: the API server’s version counts', () => {
    const upgrading = { version: 'v1.37.2', 'support-calendar': [calendar({ upstream: { '1.36': 5, '1.37': 300 } })] };
    expect(findingsOf(versionEol, { ...upgrading, nodes: [node('a', { version: 'v1.36.2' })] })).toEqual([]);
  });
});

describe('version-eol is unknown, not healthy,', () => {
  it('where the calendar is no longer valid', () => {
    const old = calendar({ upstream: { '1.36': 400 } }, inDays(-1));
    expect(verdictOf(versionEol, { version: 'v1.36.2', 'support-calendar': [old] })).toBe(
      'Unknown: The support calendar in the ConfigMap support-calendar was valid until 2026-11-22. Upgrade the operator, or give a newer calendar in the ConfigMap support-calendar.',
    );
    expect(verdictOf(versionEol, { version: 'v1.36.2', 'support-calendar': [calendar({ upstream: { '1.36': 400 } }, inDays(0))] })).toBe(
      undefined,
    );
  });

  it('where the bundled calendar is no longer valid', () => {
    const later = Temporal.PlainDate.from(supportCalendarData.validUntil).add({ days: 1 }).toZonedDateTime('UTC').toInstant();
    const { checks } = configureChecks([versionEol], []);
    expect(runCheck(checks[0]!, clusterOf({ version: 'v1.37.2' }), later, createAgreement()).unknown).toContain(
      `The bundled support calendar was valid until ${supportCalendarData.validUntil}.`,
    );
  });

  it('where the calendar has no date for this minor', () => {
    expect(verdictOf(versionEol, { version: 'v1.40.0' })).toBe(
      'Unknown: The bundled support calendar has no date for Kubernetes 1.40 (upstream). Give one in the ConfigMap support-calendar.',
    );
  });

  it('where the ConfigMap is malformed, though the bundled calendar has a date', () => {
    expect(verdictOf(versionEol, { version: 'v1.36.2', 'support-calendar': [calendar('{')] })).toBe(
      'Unknown: The support calendar in the ConfigMap support-calendar is not JSON under the key calendar.json.',
    );
  });

  it('where the ConfigMap lacks the key', () => {
    const empty = { metadata: { name: 'support-calendar', namespace: 'platform-support' } };
    expect(verdictOf(versionEol, { 'support-calendar': [empty] })).toMatch(/^Unknown: .* is not JSON under the key calendar\.json\.$/);
  });

  it.each(['nodes', 'support-calendar', 'version'] as const)('where %s cannot be read', (name) => {
    const message = `${name} is forbidden`;
    expect(verdictOf(versionEol, { knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
  });
});
