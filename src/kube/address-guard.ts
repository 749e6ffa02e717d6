import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { KubeError } from './errors.ts';

/** Which addresses may be connected to. */
export interface AddressGuard {
  /** Asked of an address as digits (IPv4 or IPv6, without brackets). */
  isAllowed(address: string): boolean;
  /** Resolves a name to allowed addresses alone, at the moment of the connection. */
  lookup: LookupFunction;
}

/** A guard that resolves names as the system does, and leaves out what is not allowed. */
export function createAddressGuard(isAllowed: (address: string) => boolean): AddressGuard {
  return {
    isAllowed,
    lookup: (host, options, callback) =>
      lookup(host, { ...options, all: true }, (error, found) => {
        if (error) {
          callback(error, []);
          return;
        }
        const allowed = found.filter(({ address }) => isAllowed(address));
        const [first] = allowed;
        if (!first) callback(Object.assign(new Error(notAllowed(host)), { code: 'EADDRNOTALLOWED' }), []);
        else if (options.all) callback(null, allowed);
        else callback(null, first.address, first.family);
      }),
  };
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
  throw new KubeError('Forbidden', notAllowed(address), { reason: 'AddressNotAllowed' });
}

function notAllowed(host: string): string {
  return `the operator does not connect to ${host}: it is a loopback, link-local or otherwise special address, and --allow-addresses does not list its range`;
}
