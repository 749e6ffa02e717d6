import { circumstancesOf, wrongFindings } from '../../test/fixtures/month/episodes.ts';
import { clusters, createMonthPlan } from '../../test/fixtures/month/plan.ts';
import { counted, countedIn, recount, recountCluster } from '../../test/fixtures/month/recount.ts';
import { wrongMessages, wrongSteps } from '../../test/fixtures/month/telling.ts';
import { liveThrough, type MonthLog } from '../../test/fixtures/month/world.ts';

/** Each takes about 20 s. */
const seeds = [1, 2];

describe.each(seeds)('five weeks with the end of summer time and of a month in them (seed %i)', (seed) => {
  let log: MonthLog;
  let circumstances: ReturnType<typeof circumstancesOf>;
  beforeAll(async () => {
    const plan = createMonthPlan(seed);
    log = await liveThrough(plan);
    circumstances = circumstancesOf(plan, log);
    process.stdout.write(`${summary(seed, circumstances)}\n`);
  }, 300_000);

  it('each fault is found once and resolved when it is over, and who takes care is said', () => {
    expect(wrongFindings(circumstances)).toEqual([]);
  });

  it('each finding goes each step when it is due, neither early nor late, and nobody is told of what is not theirs', () => {
    expect(wrongSteps(circumstances)).toEqual([]);
  });

  it('nothing is told twice but after a restart and then under the same key, nothing out of hours, and what is over to those who were told', () => {
    expect(wrongMessages(circumstances)).toEqual([]);
  });

  it('each cluster’s months are what a recount of the log gives', () => {
    for (const cluster of clusters) {
      const last = log.reports.findLast((report) => report.cluster === cluster)!;
      expect(countedIn(last.status.accounting)).toEqual(recountCluster(circumstances, cluster));
    }
  });

  it('the coverage’s months are what a recount of the log gives', () => {
    const { accounting, accountingHistory = [] } = log.statuses.at(-1)!.status;
    expect([accounting!, ...accountingHistory].map(counted)).toEqual(recount(circumstances));
  });
});

function summary(seed: number, { episodes, log, plan }: ReturnType<typeof circumstancesOf>): string {
  const keys = new Set(log.deliveries.map(({ message }) => message.key));
  const months = [log.statuses.at(-1)!.status.accounting!, ...(log.statuses.at(-1)!.status.accountingHistory ?? [])];
  return (
    `seed ${seed}: ${plan.faults.length} faults, ${episodes.length} findings, ${keys.size} messages, ${log.deliveries.length - keys.size} repeats, ` +
    `${log.down.length} restarts, ${log.acks.length} acknowledgements, months ${months.map(({ period }) => period).join(' ')}`
  );
}
