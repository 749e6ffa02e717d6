import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the API server itself noted of the operator's reading. */
export interface Audit {
  /** Arguments for the API server. */
  readonly args: string[];
  /** Requests since the last call for a whole collection: LISTs, and watches that ask for the initial state. */
  wholeReads(): string[];
}

/** One rule, and only the moment at which a request arrives: the cost is a line a LIST or WATCH of one user. */
function policyFor(user: string) {
  return {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['ResponseStarted', 'ResponseComplete', 'Panic'],
    rules: [{ level: 'Metadata', users: [user], verbs: ['list', 'watch'] }],
  };
}

interface AuditEvent {
  verb: string;
  requestURI: string;
}

/** @param directory where the policy and the log go */
export function auditReads(directory: string, user: string): Audit {
  const policy = join(directory, 'audit-policy.json');
  const log = join(directory, 'audit.log');
  writeFileSync(policy, JSON.stringify(policyFor(user)));
  writeFileSync(log, '');
  let seen = 0;
  return {
    args: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`],
    wholeReads: () => {
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      const events = lines.slice(seen).map((line) => JSON.parse(line) as AuditEvent);
      seen = lines.length;
      return events
        .filter(({ verb, requestURI }) => verb === 'list' || requestURI.includes('sendInitialEvents=true'))
        .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    },
  };
}
