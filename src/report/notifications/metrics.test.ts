import { Registry } from '../../runtime/metrics.ts';
import { createNotificationMetrics } from './metrics.ts';

function setup() {
  const registry = new Registry();
  const scrape = async () => (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { metrics: createNotificationMetrics(registry), scrape };
}

const coverage = { name: 'production', namespace: 'support' };
const series = (contact: string, result: string, value: number) =>
  `supportcoverage_notifications_total{coverage="production",coverage_namespace="support",contact="${contact}",result="${result}"} ${value}`;

it('a contact line has a series for each result from the beginning, so that rate() sees the first failure', async () => {
  const { metrics, scrape } = setup();
  metrics.begin(coverage, 'desk');
  expect(await scrape()).toEqual([series('desk', 'Delivered', 0), series('desk', 'Failed', 0), series('desk', 'Refused', 0)]);
  metrics.count(coverage, 'desk', 'Failed');
  metrics.begin(coverage, 'desk');
  expect(await scrape()).toContain(series('desk', 'Failed', 1));
});

it('the series of a contact line that is no more go, and those of others stay', async () => {
  const { metrics, scrape } = setup();
  for (const contact of ['desk', 'team']) metrics.begin(coverage, contact);
  metrics.forget(coverage, 'desk');
  expect(await scrape()).toEqual([series('team', 'Delivered', 0), series('team', 'Failed', 0), series('team', 'Refused', 0)]);
});
