import type { DeliveryToolReport } from '../api/v1alpha1/coveragereport.ts';
import { deliveryTools } from '../api/v1alpha1/supportcoverage.ts';
import { covers } from '../checks/areas.ts';
import type { Context } from '../checks/check.ts';
import { deliveriesOf, nameOf } from '../checks/delivery/deliveries.ts';
import { toolResources } from '../checks/delivery/tools.ts';
import type { DeliveryView } from '../observe/delivery.ts';
import { instantOf } from '../observe/resource.ts';

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
/** How many pipelines of one tool are named. */
const named = 50;

type State = DeliveryToolReport['pipelines'][number]['state'] | 'Healthy' | 'Progressing';

const urgency: Readonly<Record<State, number>> = { Failing: 0, OutOfSync: 1, Stale: 2, Suspended: 3, Progressing: 4, Healthy: 5 };

/** How delivery is, by tool that is covered and has anything; undefined below Level3. */
export function deliverySummary(context: Context): DeliveryToolReport[] | undefined {
  const { agreement } = context;
  if (!covers(agreement.tier, 'Level3')) return undefined;
  return deliveryTools
    .filter((tool) => agreement.coversTool(tool))
    .flatMap((tool) => {
      const all = toolResources[tool].flatMap((resource) => deliveriesOf(context, resource));
      return all.length === 0 ? [] : [{ tool, ...summaryOf(all, context.now) }];
    });
}

function summaryOf(all: readonly DeliveryView[], now: Temporal.Instant): Omit<DeliveryToolReport, 'tool'> {
  const judged = all.map((delivery) => ({ delivery, state: stateOf(delivery, now) }));
  const count = (state: State) => judged.filter((each) => each.state === state).length;
  return {
    healthy: count('Healthy'),
    failing: count('Failing'),
    outOfSync: count('OutOfSync'),
    suspended: count('Suspended'),
    progressing: count('Progressing'),
    stale: count('Stale'),
    ...runsOf(all, now),
    pipelines: judged.flatMap(entryOf).toSorted(byUrgency).slice(0, named),
  };
}

/** What goes on for an hour is not going on. */
function stateOf({ state, since }: DeliveryView, now: Temporal.Instant): State {
  const began = instantOf(since);
  return state === 'Progressing' && began && now.epochMilliseconds - began.epochMilliseconds >= hourMs ? 'Stale' : state;
}

function entryOf({ delivery, state }: { delivery: DeliveryView; state: State }): DeliveryToolReport['pipelines'] {
  if (state === 'Healthy' || state === 'Progressing') return [];
  // As the API server takes it: others write a time in more ways than one.
  const lastSuccess = instantOf(delivery.lastSuccessAt)?.toString();
  const firstFailure = instantOf(delivery.since)?.toString();
  return [
    {
      object: nameOf(delivery),
      state,
      ...(lastSuccess ? { lastSuccess } : {}),
      ...(state === 'Failing' && firstFailure ? { firstFailure } : {}),
    },
  ];
}

function byUrgency(a: DeliveryToolReport['pipelines'][number], b: DeliveryToolReport['pipelines'][number]): number {
  return urgency[a.state] - urgency[b.state] || (a.object < b.object ? -1 : 1);
}

function runsOf(all: readonly DeliveryView[], now: Temporal.Instant): Pick<DeliveryToolReport, 'succeeded' | 'failed'> {
  if (all.every(({ runs }) => runs === undefined)) return {};
  const recent = all.flatMap(({ runs = [] }) =>
    runs.filter(({ at }) => now.epochMilliseconds - (instantOf(at)?.epochMilliseconds ?? 0) < dayMs),
  );
  const succeeded = recent.filter(({ ok }) => ok).length;
  return { succeeded, failed: recent.length - succeeded };
}
