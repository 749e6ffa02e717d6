import { type Outbound, OutboundError, type OutboundRequest } from '../../runtime/outbound.ts';
import { DeliveryError } from './channel.ts';

/** Posts to a contact line; what goes wrong becomes a DeliveryError. `what` begins its text, such as `the webhook`. */
export async function post(
  outbound: Pick<Outbound, 'post'>,
  address: string,
  request: OutboundRequest,
  what: string,
  now: () => Temporal.Instant,
): Promise<void> {
  try {
    await outbound.post(address, request);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    throw new DeliveryError(`${what} ${error.message}`, {
      retryable: passes(error),
      retryAfterMs: error.retryAfter === undefined ? undefined : retryAfterMs(error.retryAfter, now()),
    });
  }
}

/** What may pass by itself: no answer, and the answers that say so. For the rest somebody has to change an address or the receiver. */
function passes({ kind, status }: OutboundError): boolean {
  if (kind === 'StatusCode') return status === 408 || status === 429 || status >= 500;
  return kind === 'Timeout' || kind === 'Network';
}

/** Retry-After is a number of seconds or a date as in HTTP (RFC 9110, 10.2.3); undefined where it is neither. */
export function retryAfterMs(text: string, now: Temporal.Instant): number | undefined {
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.epochMilliseconds);
}
