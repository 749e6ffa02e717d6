import { namespacesWithPods } from '../../observe/pods.ts';
import { instantOf } from '../../observe/resource.ts';
import type { NamespaceView } from '../../observe/resources/namespaces.ts';
import type { CheckContext, Correction, Evaluation } from '../check.ts';
import { inBrief } from '../in-brief.ts';

type Context = Pick<CheckContext<unknown>, 'view' | 'agreement' | 'now' | 'holdMs'>;

/**
 * The namespaces that applications run in: covered, not the platform's, with pods, and older than the check's time, in which whoever made them
 * may still be setting them up. Needs `namespaces` and `pods`.
 */
export function applicationNamespaces({ view, agreement, now, holdMs }: Context): readonly NamespaceView[] {
  return view.derive(`application namespaces at ${now.epochMilliseconds}, settled for ${holdMs}`, () => {
    const used = namespacesWithPods(view);
    return view.list('namespaces').filter(({ name, deletingSince, createdAt }) => {
      if (deletingSince !== undefined || !used.has(name) || agreement.isPlatform(name) || !agreement.isCovered(name)) return false;
      const created = instantOf(createdAt);
      return !created || now.epochMilliseconds - created.epochMilliseconds >= holdMs;
    });
  });
}

interface Lacking {
  reason: string;
  title: string;
  advice: string;
  /** What would mend it, for each of the namespaces. */
  corrections?: (namespaces: readonly string[]) => Correction[];
}

/** One finding for all application namespaces that are not among those which have it: `3 application namespaces have no LimitRange`. */
export function lacking(context: Context, those: ReadonlySet<string>, what: Lacking): Evaluation {
  const without = applicationNamespaces(context).flatMap(({ name }) => (those.has(name) ? [] : [name]));
  if (without.length === 0) return { observations: [] };
  return {
    observations: [
      {
        object: `Cluster/${context.view.cluster}`,
        reason: what.reason,
        message: `${counted(without)} no ${what.title}: ${inBrief(without)}. ${what.advice}`,
      },
    ],
    ...(what.corrections ? { corrections: what.corrections(without.sort()) } : {}),
  };
}

function counted({ length }: readonly string[]): string {
  return length === 1 ? '1 application namespace has' : `${length} application namespaces have`;
}
