import { load } from 'js-yaml';
import { createCommandWorld, statusOf } from '../../test/fixtures/command-world.ts';
import type { SupportCoverage } from '../api/v1alpha1/supportcoverage.ts';

const asked = (world: ReturnType<typeof createCommandWorld>) =>
  world.api.read<SupportCoverage>(`${world.root}/supportcoverages/production`)?.metadata.annotations?.['platformsupport.io/run-at'];

it('run asks for a run that was not there before, and says where its result is', async () => {
  const world = createCommandWorld();
  world.coverage({}, statusOf('True', 'All'));
  const { code, out } = await world.run('run', 'production');
  expect(asked(world)).toBe('2026-11-23T12:00:00.000Z');
  expect(out).toBe('The checks of production run now; kubectl supportcoverage status production -n support shows what they find.');
  expect(code).toBe(0);
  expect(world.takeWrites()).toMatchObject([{ method: 'PATCH', body: { metadata: { annotations: expect.anything() } } }]);
});

it.each(['json', 'yaml'])('run -o %s says the same to a program', async (format) => {
  const world = createCommandWorld();
  world.coverage({}, statusOf('True', 'All'));
  const { out } = await world.run('run', 'production', '-o', format);
  expect(load(out)).toEqual({ coverage: 'production', namespace: 'support', runAt: '2026-11-23T12:00:00.000Z' });
});

describe('run --wait', () => {
  it('waits until that run is in the status, then prints it and exits as status does', async () => {
    const world = createCommandWorld();
    world.coverage({}, statusOf('True', 'All', { lastHandledRunAt: 'an earlier one' }));
    let ended = false;
    const running = world.run('run', 'production', '--wait').finally(() => {
      ended = true;
    });
    await world.clock.advance(10_000);
    expect(ended).toBe(false);
    world.coverage({}, statusOf('False', 'Node worker-3 is not ready', { lastHandledRunAt: '2026-11-23T12:00:00.000Z' }));
    await world.clock.advance(1000);
    expect(await running).toMatchObject({ code: 1, out: expect.stringContaining('production (Level1, namespace support) is NOT healthy') });
  });

  it('gives up after the time that was given, and says where to look', async () => {
    const world = createCommandWorld();
    world.coverage({}, statusOf('True', 'All'));
    const running = world.run('run', 'production', '--wait', '--timeout', '90s');
    await world.clock.advance(89_000);
    await world.clock.advance(2_000);
    expect(await running).toEqual({
      ...{ code: 3, out: '' },
      err: 'error: the checks of production have not run for 1m30s: look whether the operator runs, and at the condition Ready (kubectl supportcoverage status production -n support)',
    });
  });
});

it('run is refused for a coverage that is suspended, since nothing would come of it', async () => {
  const world = createCommandWorld();
  world.coverage({ suspend: true });
  expect(await world.run('run', 'production')).toEqual({
    ...{ code: 3, out: '', err: 'error: the coverage production is suspended (spec.suspend): no check runs' },
  });
  expect(asked(world)).toBeUndefined();
});
