import { correctableCheck, correctableNamespace } from '../../test/fixtures/corrections.ts';
import { createCoverageWorld } from '../../test/fixtures/coverage-world.ts';
import { runAtAnnotation } from '../api/v1alpha1/supportcoverage.ts';
import type { KubeObject } from '../kube/types.ts';

const hour = 3_600_000;
// The world begins on a Monday at 12:10 UTC.
const maintenance = { windows: [{ name: 'afternoon', days: ['Mon'], start: '14:00', duration: '2h' }] };
const applying = { maintenance, corrections: { mode: 'Apply', allow: ['ns-pod-security'] }, checks: { schedule: '0 0 1 1 *' } };

async function world(spec: object) {
  const created = createCoverageWorld({ checks: [correctableCheck] });
  created.state.cluster = { namespaces: [{ metadata: { name: 'shop' } }] };
  created.api.write(correctableNamespace, { metadata: { name: 'shop' } });
  created.apply(spec);
  await created.reconcile();
  // As a baseline that knows the namespace.
  created.approve({ facts: [{ fact: 'namespaces', object: 'Namespace/shop', value: { present: 'true' } }] });
  created.takeEvents();
  let runs = 0;
  const run = async () => {
    runs += 1;
    created.annotate({ [runAtAnnotation]: String(runs) });
    await created.reconcile();
  };
  const corrections = () => created.report()?.corrections?.map(({ object, result }) => `${result} ${object}`) ?? [];
  const label = () => created.api.read<KubeObject>(correctableNamespace)?.metadata?.labels;
  const series = async () =>
    (await created.series()).filter((line) => line.includes('corrections_total')).map((line) => line.replace(/^.*check=/, ''));
  return { ...created, run, corrections, label, correctionSeries: series };
}

it('corrections are suggested by default, and switched off are not', async () => {
  expect((await world({})).corrections()).toEqual(['Suggested Namespace/shop']);
  expect((await world({ corrections: { mode: 'Off' } })).corrections()).toEqual([]);
});

it('those allowed are made as soon as a window opens, once, with an Event and a line in the report, and are counted', async () => {
  const { clock, reconcile, run, corrections, label, takeEvents, triggers, correctionSeries } = await world(applying);
  await run();
  expect([corrections(), label()]).toEqual([['Suggested Namespace/shop'], undefined]);
  takeEvents();
  await clock.advance(2 * hour);
  await reconcile();
  expect(triggers()[0]).toBe('WindowOpened');
  expect([corrections(), label()]).toEqual([['Applied Namespace/shop'], { 'pod-security.kubernetes.io/enforce': 'baseline' }]);
  expect(takeEvents()).toContain('CorrectionApplied SupportCoverage/production');
  await run();
  expect(takeEvents()).toEqual([]);
  expect(await correctionSeries()).toEqual([
    '"ns-pod-security",result="Applied"} 1',
    '"ns-pod-security",result="Refused"} 0',
    '"ns-pod-security",result="Failed"} 0',
  ]);
});

it('a restart does not try again what was tried in this window', async () => {
  const { api, clock, reconcile, restart, run, corrections, takeEvents } = await world(applying);
  api.intercept((request, proceed) => {
    if (request.query?.dryRun === 'All') request.onWarning?.('pods would be refused');
    return proceed();
  });
  await clock.advance(2 * hour);
  await reconcile();
  expect(takeEvents()).toContain('CorrectionNotApplied SupportCoverage/production');
  restart();
  await run();
  expect(takeEvents().filter((event) => event.startsWith('Correction'))).toEqual([]);
  expect(corrections()).toEqual(['Suggested Namespace/shop', 'Refused Namespace/shop']);
});
