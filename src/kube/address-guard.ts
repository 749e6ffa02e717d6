import { isIP, type LookupFunction } from 'node:net';
import { KubeError } from './errors.ts';

/** Which addresses may be connected to. */
export interface AddressGuard {
  /** Asked of an address as digits (IPv4 or IPv6, without brackets). */
  isAllowed(address: string): boolean;
  /** Resolves a name to allowed addresses alone, at the moment of the connection. */
  lookup: LookupFunction;
}

/** The address in a URL where it is written as digits, which are connected to without a look-up; undefined for a name. */
export function addressIn(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}

/** Throws KubeError Forbidden for a server that is an address which may not be connected to. */
export function checkAddress(server: string, guard: AddressGuard): void {
  const address = addressIn(new URL(server));
  if (address === undefined || guard.isAllowed(address)) return;
  throw new KubeError('Forbidden', `the operator does not connect to ${address}: --allow-addresses does not list its range`, {
    reason: 'AddressNotAllowed',
  });
}
