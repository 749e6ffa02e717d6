import type { GatewayView } from '../../observe/resources/gateways.ts';
import { defineCheck, type Evaluation, type Observation } from '../check.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { beginOf, said } from './gateway-problems.ts';

/** While an address is being made the API says so with these; own default: clouds take up to a quarter of an hour for the first one. */
const provisioning: readonly string[] = ['Pending', 'AddressNotAssigned'];
const provisioningMs = 15 * 60_000;

export const gatewayNotProgrammed = defineCheck({
  id: 'gateway-not-programmed',
  area: 'Networking',
  tier: 'Level2',
  title: 'A Gateway, or a listener of it, is not accepted or not programmed',
  severity: 'critical',
  for: '5m',
  needs: { resources: ['gateways'] },
  remediation:
    'Read the conditions with `kubectl describe gateway`: they name the listener, certificate or address that cannot be used. Then the log of the controller of its class.',
  references: [
    'Gateway API: conditions Accepted, Programmed and ResolvedRefs of Gateway and listener',
    'own default: 5m; 15m for reasons that mean that an address is being made',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement, now }): Evaluation => ({
    observations: [...view.list('gateways')].flatMap((gateway) => {
      if (gateway.deleting || !agreement.isCovered(gateway.namespace)) return [];
      if (gateway.problems.length > 0) return notProgrammed(gateway, now);
      return gateway.listeners.length > 0 ? [listenersBroken(gateway)] : [];
    }),
  }),
});

function notProgrammed(gateway: GatewayView, now: Temporal.Instant): Observation[] {
  const { class: className, problems, listeners } = gateway;
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

function listenersBroken(gateway: GatewayView): Observation {
  return {
    object: nameOf(gateway),
    reason: 'ListenerNotProgrammed',
    message: `Listeners of ${nameOf(gateway)} (class ${gateway.class}) do not work as they are asked to: ${inBrief(gateway.listeners.map(listenerOf))}. Look at its conditions: kubectl -n ${gateway.namespace} describe gateway ${gateway.name}.`,
    since: beginOf(gateway.listeners.flatMap(({ problems }) => problems)),
  };
}

function nameOf({ namespace, name }: GatewayView): string {
  return `Gateway/${namespace}/${name}`;
}

function listenerOf({ name, problems }: GatewayView['listeners'][number]): string {
  return `${name} (${said(problems)})`;
}
