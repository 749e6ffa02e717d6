import type { ClusterView } from '../../observe/cluster-view.ts';
import type { GatewayView } from '../../observe/resources/gateways.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { unreadable } from '../observability/operator-instances.ts';
import { noParameters } from '../parameters.ts';
import { beginOf, said } from './gateway-problems.ts';
import { issuingSecrets } from './issuing-secrets.ts';

type Listener = GatewayView['listeners'][number];

/** While an address is being made the API says so with these; own default: clouds take up to a quarter of an hour for the first one. */
const provisioning: readonly string[] = ['Pending', 'AddressNotAssigned'];
const provisioningMs = 15 * 60_000;
/** What a Gateway says that is refused for its listeners only. */
const forListeners: readonly string[] = ['ListenersNotValid', 'Invalid'];

export const gatewayNotProgrammed = defineCheck({
  id: 'gateway-not-programmed',
  area: 'Networking',
  tier: 'Level2',
  title: 'A Gateway, or a listener of it, is not accepted or not programmed',
  severity: 'critical',
  for: '5m',
  needs: { resources: ['gateways'], optional: ['certificates'] },
  remediation:
    'Read the conditions with `kubectl describe gateway`: they name the listener, certificate or address that cannot be used. Then the log of the controller of its class.',
  references: [
    'Gateway API: conditions Accepted, Programmed and ResolvedRefs of Gateway and listener',
    'own default: 5m; 15m for reasons that mean that an address is being made',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement, now }): Evaluation => {
    const observations = view.list('gateways').flatMap((gateway) => {
      if (gateway.deleting || !agreement.isCovered(gateway.namespace)) return [];
      const broken = gateway.listeners.filter((listener) => !waitsForCertificate(view, listener));
      if (gateway.problems.length > 0) return notProgrammed(gateway, broken, now);
      return broken.length > 0 ? [listenersBroken(gateway, broken)] : [];
    });
    const unknown = unreadable(view, 'certificates');
    return { observations, ...(unknown ? { unknown } : {}) };
  },
});

/** While cert-manager issues what it lacks; as long as nobody may say whether it does, nothing is certainly missing. */
function waitsForCertificate(view: ClusterView, { problems, certificates }: Listener): boolean {
  const isMissing = ({ reason }: Listener['problems'][number]) => reason === 'InvalidCertificateRef';
  if (!problems.some(isMissing) || !problems.every((problem) => isMissing(problem) || problem.type === 'Programmed')) return false;
  return certificates.some((key) => unreadable(view, 'certificates') !== undefined || issuingSecrets(view).has(key));
}

function notProgrammed(gateway: GatewayView, listeners: readonly Listener[], now: Temporal.Instant): Observation[] {
  const { class: className, problems } = gateway;
  const isWaiting = gateway.listeners.length > 0 && listeners.length === 0;
  if (isWaiting && problems.every(({ reason }) => forListeners.includes(reason))) return [];
  const isMaking = problems.every(({ type, reason }) => type === 'Programmed' && provisioning.includes(reason));
  const since = beginOf(problems);
  if (isMaking && (!since || now.epochMilliseconds - since.epochMilliseconds < provisioningMs)) return [];
  const which = listeners.length > 0 ? ` Its listeners: ${inBrief(listeners.map(listenerOf))}.` : '';
  return [
    {
      object: nameOf(gateway),
      reason: problems.some(({ type }) => type === 'Accepted') ? 'NotAccepted' : 'NotProgrammed',
      severity: isMaking ? 'warning' : 'critical',
      message: `${nameOf(gateway)} (class ${className}) does not work as it is asked to: ${said(problems)}.${which} Look at its conditions: kubectl -n ${gateway.namespace} describe gateway ${gateway.name}.`,
      since,
    },
  ];
}

/** Where another listener works the Gateway serves, and the mistake is in what was asked for. */
function listenersBroken(gateway: GatewayView, listeners: readonly Listener[]): Observation {
  return {
    object: nameOf(gateway),
    reason: 'ListenerNotProgrammed',
    severity: gateway.listeners.length < gateway.listenerCount ? 'warning' : 'critical',
    message: `Listeners of ${nameOf(gateway)} (class ${gateway.class}) do not work as they are asked to: ${inBrief(listeners.map(listenerOf))}. Look at its conditions: kubectl -n ${gateway.namespace} describe gateway ${gateway.name}.`,
    since: beginOf(listeners.flatMap(({ problems }) => problems)),
  };
}

function nameOf({ namespace, name }: GatewayView): string {
  return `Gateway/${namespace}/${name}`;
}

function listenerOf({ name, problems }: Listener): string {
  return `${name} (${said(problems)})`;
}
