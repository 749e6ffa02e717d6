import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../controlplane/controlplane.ts';

/** Verbs by resource, `pods` or `deployments.apps`. */
export type Permissions = ReadonlyMap<string, ReadonlySet<string>>;

export interface Asked {
  asked: Permissions;
  /** Requests that were answered with 403. */
  refused: readonly string[];
}

/** What the API server notes of an account's requests. */
export interface AccountAudit {
  /** Flags of the API server. */
  args: string[];
  read(): Asked;
}

interface AuditEvent {
  verb: string;
  requestURI: string;
  objectRef?: { resource: string; apiGroup?: string; subresource?: string };
  responseStatus?: { code?: number };
}

/** @param directory where the policy and the log go */
export function auditAccount(directory: string, user: string): AccountAudit {
  const policy = join(directory, 'audit-policy.json');
  const log = join(directory, 'audit.log');
  const rules = [{ level: 'Metadata', users: [user] }];
  writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules }));
  writeFileSync(log, '');
  return {
    args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
    read: () => {
      const asked = new Map<string, Set<string>>();
      const refused = new Set<string>();
      for (const line of readFileSync(log, 'utf8').split('\n').filter(Boolean)) {
        const { verb, requestURI, objectRef, responseStatus } = JSON.parse(line) as AuditEvent;
        if (responseStatus?.code === 403) refused.add(`${verb} ${requestURI.split('?')[0]}`);
        if (!objectRef) continue;
        const { resource, apiGroup, subresource } = objectRef;
        const name = `${resource}${apiGroup ? `.${apiGroup}` : ''}${subresource ? `/${subresource}` : ''}`;
        asked.set(name, (asked.get(name) ?? new Set()).add(verb));
      }
      return { asked, refused: [...refused] };
    },
  };
}

/** What an account may do in the cluster and these namespaces, but for what every account may. */
export async function permissionsOf(cluster: ControlPlane, account: string, namespaces: readonly string[]): Promise<Permissions> {
  const permissions = new Map<string, Set<string>>();
  for (const namespace of namespaces) {
    const everybodys = await listed(cluster, 'system:serviceaccount:default:nobody-in-particular', namespace);
    for (const [resource, verbs] of await listed(cluster, account, namespace)) {
      if (!everybodys.has(resource)) permissions.set(resource, verbs.union(permissions.get(resource) ?? new Set()));
    }
  }
  return permissions;
}

async function listed(cluster: ControlPlane, as: string, namespace: string): Promise<Permissions> {
  const { stdout } = await cluster.kubectl(['auth', 'can-i', '--list', '--no-headers', '-n', namespace, '--as', as]);
  // Of one resource there may be several rows, and of the rest of the server's paths there is no resource.
  const rows = [...stdout.matchAll(/^([\w.-]+(?:\/\w+)?) .*\[([^\]]*)\]$/gm)];
  return new Map(
    [...Map.groupBy(rows, ([, resource]) => resource!)].map(([resource, of]) => [
      resource,
      new Set(of.flatMap(([, , verbs]) => verbs!.split(' '))),
    ]),
  );
}
