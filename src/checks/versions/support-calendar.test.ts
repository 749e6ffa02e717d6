import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { type Calendar, readCalendar } from './support-calendar.ts';
import { supportCalendarData } from './support-calendar-data.ts';

function read(replacement?: string): Calendar {
  const calendar = readCalendar(replacement);
  if ('problem' in calendar) throw new Error(calendar.problem);
  return calendar;
}

const problemOf = (replacement: string) => {
  const calendar = readCalendar(replacement);
  return 'problem' in calendar ? calendar.problem : undefined;
};

describe('the bundled support calendar', () => {
  const distributions = ['upstream', 'eks', 'aks', 'gke'] as const;

  it.each(distributions)('can be read, and has an end for the newest minor of %s', (distribution) => {
    const newest = supportCalendarData.newest[distribution];
    expect(read().endOfLife(distribution, newest)?.toString()).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it.each(distributions)('ends a newer minor of %s after an older one', (distribution) => {
    const minors = Object.keys(supportCalendarData.distributions[distribution]).sort((a, b) => Number(a.slice(2)) - Number(b.slice(2)));
    const ends = minors.map((minor) => read().endOfLife(distribution, minor)!.toString());
    expect(minors.length).toBeGreaterThan(3);
    expect(ends).toEqual([...ends].sort());
  });

  it('names where every distribution’s dates come from, and when they were read', () => {
    for (const distribution of distributions) {
      const { url, retrieved } = supportCalendarData.sources[distribution];
      expect(url).toMatch(/^https:\/\//);
      expect(retrieved).toMatch(/^20\d\d-/);
    }
  });

  it('is valid for a year at most after it was read, since providers move their dates', () => {
    const retrieved = Temporal.PlainDate.from(supportCalendarData.sources.upstream.retrieved.slice(0, 10));
    expect(Temporal.PlainDate.compare(read().validUntil, retrieved.add({ years: 1 }))).toBeLessThanOrEqual(0);
  });

  it('knows no date for a minor that it does not list', () => {
    expect(read().endOfLife('upstream', '1.99')).toBeUndefined();
  });
});

describe('a calendar in the ConfigMap', () => {
  const text = (endOfLife: string, validUntil = '2027-06-30') =>
    JSON.stringify({ validUntil, distributions: { upstream: { '1.36': { endOfLife } } } });

  it('replaces the bundled one as a whole', () => {
    const calendar = read(text('2031-01-01'));
    expect(calendar.endOfLife('upstream', '1.36')?.toString()).toBe('2031-01-01');
    expect(calendar.endOfLife('upstream', '1.37')).toBeUndefined();
    expect(calendar.endOfLife('eks', '1.36')).toBeUndefined();
    expect(calendar.validUntil.toString()).toBe('2027-06-30');
  });

  it('can be written as the page of version-eol shows it', () => {
    const page = readFileSync(new URL('../../../docs/checks/version-eol.md', import.meta.url), 'utf8');
    const [, example = ''] = /```yaml\n(apiVersion: v1\nkind: ConfigMap.+?)```/s.exec(page) ?? [];
    const { data } = load(example) as { data: Record<string, string> };
    expect(read(data['calendar.json']).endOfLife('eks', '1.34')?.toString()).toBe('2027-12-02');
  });

  it('may carry more than is read, as the bundled one does', () => {
    expect(read(JSON.stringify(supportCalendarData)).endOfLife('eks', '1.36')?.toString()).toBe(
      read().endOfLife('eks', '1.36')?.toString(),
    );
  });

  it.each([
    ['is empty', '', 'is not JSON under the key calendar.json.'],
    ['is YAML', 'validUntil: 2027-06-30', 'is not JSON under the key calendar.json.'],
    ['is cut off', '{"validUntil":', 'is not JSON under the key calendar.json.'],
    ['is no object', 'null', 'is not valid: Invalid input: expected object, received null.'],
    ['has a date in another spelling', text('28 June 2027'), 'is not valid: distributions.upstream.1.36.endOfLife: Invalid ISO date.'],
    ['has a day that does not exist', text('2027-02-30'), 'is not valid: distributions.upstream.1.36.endOfLife: Invalid ISO date.'],
    ['does not say how long it is valid', '{"distributions":{}}', 'is not valid: validUntil: '],
    ['names a distribution that is not known', '{"validUntil":"2027-06-30","distributions":{"mine":{}}}', 'is not valid: distributions'],
  ])('is a problem, never a reason to fall back, where it %s', (_, replacement, words) => {
    expect(problemOf(replacement)).toContain(`The support calendar in the ConfigMap support-calendar ${words}`);
  });
});
