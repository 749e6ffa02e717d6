import { objectName } from '../../kube/types.ts';
import { unmetNeed } from '../../observe/cluster-view.ts';
import type { ApplicationView, AppProjectView } from '../../observe/resources/argocd.ts';
import type { Context, Observation } from '../check.ts';
import { isJudged } from '../workloads/pod-states.ts';
import { isName } from './classify.ts';
import { type Permission, permissionOver } from './sync-windows.ts';

interface Judged {
  observations: Observation[];
  /** Why it cannot be told of some. */
  unknown?: string;
}

const minute = 60_000;

/**
 * Applications that are synced without anybody's doing, and yet differ from their source for so many minutes. One that a person syncs may
 * differ for as long as that person likes.
 */
export function applicationsOutOfSync(context: Context, minutes: number): Judged {
  const unmet = unmetNeed(context.view, { resources: ['appprojects'] });
  if (unmet) return { observations: [], unknown: `Whether applications may be synced now cannot be told: ${unmet.message}` };
  const automated = context.view
    .list('applications')
    .filter(({ automated: byItself, outOfSync, namespace }) => byItself && outOfSync !== false && isJudged(context, namespace));
  const judged = automated.map((application) => ({ application, permission: permissionOf(context, application, minutes) }));
  const unreadable = judged.find(({ permission }) => permission === 'Unreadable')?.application;
  return {
    observations: judged.map(({ application, permission }) => observed(application, permission, minutes)),
    ...(unreadable ? { unknown: unreadableWindow(unreadable) } : {}),
  };
}

function unreadableWindow({ project }: ApplicationView): string {
  const of = isName(project) ? `the AppProject ${project}` : 'an AppProject';
  return `A sync window of ${of} cannot be read: its schedule, duration, time zone or a glob has an unknown form.`;
}

/** While it may not be synced, and as long again, what was found stays and nothing opens: Argo CD has to have had its time. */
function observed(application: ApplicationView, permission: Permission | undefined, minutes: number): Observation {
  const { name, namespace, outOfSync, state } = application;
  const object = objectName('Application', name, namespace);
  // Of one that fails this is no news: that it cannot be synced, or what was synced, is told.
  if (!outOfSync || state === 'Failing' || permission !== 'Allowed') return { object, reason: 'OutOfSync', message: '', uncertain: true };
  const first = isName(application.differs) ? `, ${application.differs} for one` : '';
  return {
    object,
    reason: 'OutOfSync',
    stage: 'Deploy',
    cause: 'Unknown',
    holdMs: minutes * minute,
    message: `${object} has been OutOfSync for ${minutes} minutes or more although it is synced automatically${first}. See what differs: argocd app diff ${namespace}/${name}, or kubectl -n ${namespace} describe applications.argoproj.io ${name}.`,
  };
}

/** Undefined where it differs in nothing that is known, or has no project: what Argo CD says of that it says as a fault. */
function permissionOf({ view, now }: Context, application: ApplicationView, minutes: number): Permission | undefined {
  if (!application.outOfSync) return undefined;
  const from = now.subtract({ minutes });
  const permissions = projectsOf(view, application).map(({ windows }) => permissionOver(windows, application, from, now));
  return (['Denied', 'Unreadable', 'Allowed'] as const).find((permission) => permissions.includes(permission));
}

/** The one where Argo CD runs. Old versions do not say where that is: then every one of the name. */
function projectsOf(view: Context['view'], { project }: ApplicationView): AppProjectView[] {
  const own = view.get('appprojects', project);
  if (own) return [own];
  const name = project.slice(project.indexOf('/') + 1);
  return view.list('appprojects').filter((each) => each.name === name);
}
