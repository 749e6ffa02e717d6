import { type ClusterFixture, clusterOf, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { supportCalendarData } from './support-calendar-data.ts';
import { versionBehind } from './version-behind.ts';

const calendar = (content: object) => [
  { metadata: { name: 'support-calendar', namespace: 'platform-support' }, data: { 'calendar.json': JSON.stringify(content) } },
];
const ends = (...minors: string[]) => Object.fromEntries(minors.map((minor) => [minor, { endOfLife: '2030-01-01' }]));
const given = {
  validUntil: '2027-11-01',
  newest: { upstream: '1.40', eks: '1.38' },
  distributions: { upstream: ends('1.36'), aks: ends('lts', '1.9', '1.39', '1.37') },
};
const found = (cluster: ClusterFixture, parameters?: Record<string, string>) =>
  findingsOf(versionBehind, { 'support-calendar': calendar(given), ...cluster }, parameters ? { parameters } : {});

describe('version-behind fires', () => {
  it('once, as info, with both versions and whose newest it is', () => {
    expect(found({ version: 'v1.36.2' })).toEqual([
      {
        object: 'Cluster/local',
        severity: 'info',
        reason: 'BehindNewest',
        message:
          'Kubernetes v1.36.2 is 4 minors behind 1.40, the newest of upstream (support calendar in the ConfigMap support-calendar); the threshold is 2. Plan the upgrades, one minor at a time.',
      },
    ]);
  });

  it('by the bundled calendar where the cluster gives none', () => {
    const [finding] = findingsOf(versionBehind, { version: 'v1.30.0' });
    expect(finding?.message).toContain(`behind ${supportCalendarData.newest.upstream}, the newest of upstream (bundled support calendar)`);
  });
});

describe('version-behind at its boundaries', () => {
  it.each([
    ['v1.38.0', 1],
    ['v1.38.99', 1],
    ['v1.39.0', 0],
  ])('%s with 1.40 as the newest gives %d', (version, count) => {
    expect(found({ version })).toHaveLength(count);
  });

  it('takes another threshold from the coverage', () => {
    expect(found({ version: 'v1.39.0' }, { minors: '1' })).toHaveLength(1);
    expect(found({ version: 'v1.37.0' }, { minors: '4' })).toHaveLength(0);
  });

  it('goes by the distribution’s own newest, which comes later than upstream’s', () => {
    expect(found({ version: 'v1.37.2-eks-3025e55' })).toEqual([]);
    expect(found({ version: 'v1.36.2-eks-3025e55' })).toHaveLength(1);
  });

  it('takes the highest minor with a date, as a number, where the calendar names no newest', () => {
    const nodes = [node('a', { labels: { 'kubernetes.azure.com/cluster': 'MC' } })];
    expect(found({ version: 'v1.38.0', nodes })).toEqual([]);
    expect(found({ version: 'v1.37.0', nodes })[0]?.message).toContain('2 minors behind 1.39');
  });
});

describe('version-behind is silent', () => {
  it.each([
    ['for the newest', 'v1.40.1'],
    ['for one that is newer than the calendar knows', 'v1.41.0'],
  ])('%s', (_, version) => {
    expect(found({ version })).toEqual([]);
  });

  it('for nodes that are behind: the API server’s version counts', () => {
    expect(found({ version: 'v1.40.0', nodes: [node('a', { version: 'v1.37.0' })] })).toEqual([]);
  });
});

describe('version-behind is unknown, not healthy,', () => {
  it('where the calendar knows nothing of the distribution', () => {
    expect(verdictOf(versionBehind, { version: 'v1.36.2-gke.100', 'support-calendar': calendar(given) })).toBe(
      'Unknown: The support calendar in the ConfigMap support-calendar has no minor of gke. Give some in the ConfigMap support-calendar.',
    );
  });

  it('where the calendar is no longer valid, or malformed', () => {
    const later = Temporal.PlainDate.from(supportCalendarData.validUntil).add({ days: 1 }).toZonedDateTime('UTC').toInstant();
    const { checks } = configureChecks([versionBehind], []);
    expect(runCheck(checks[0]!, clusterOf({ version: 'v1.30.0' }), later, createAgreement()).unknown).toContain('was valid until');
    const malformed = calendar({ ...given, newest: { upstream: 'v1.40' } });
    expect(verdictOf(versionBehind, { 'support-calendar': malformed })).toContain('is not valid: newest.upstream');
  });

  it.each(['nodes', 'support-calendar', 'version'] as const)('where %s cannot be read', (name) => {
    expect(verdictOf(versionBehind, { knowledge: { [name]: { state: 'NotPermitted', message: 'forbidden' } } })).toBe('Unknown: forbidden');
  });
});
