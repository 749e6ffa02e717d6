import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { KubeError } from './errors.ts';

/** Which addresses may be connected to. */
export interface AddressGuard {
  /** Asked of an address as digits (IPv4 or IPv6, without brackets). */
  isAllowed(address: string): boolean;
  /** Resolves a name to allowed addresses alone, at the moment of the connection. */
  lookup: LookupFunction;
}

/** `refusal` says why an address may not be connected to, and undefined where it may. */
export function createAddressGuard(refusal: (address: string, apiServers: readonly string[]) => string | undefined): AddressGuard {
  const isAllowed = (address: string) => refusal(address, []) === undefined;
  return {
    isAllowed,
    lookup: (name, options, callback) => {
      systemLookup(name, { ...options, all: true }, (error, found) => {
        const passing = (found ?? []).filter(({ address }) => isAllowed(address));
        const [first] = passing;
        if (error) callback(error, '');
        else if (!first) callback(Object.assign(new Error(notAllowed(found[0]?.address ?? name).message), { code: 'ENOTALLOWED' }), '');
        else if (options.all) callback(null, passing);
        else callback(null, first.address, first.family);
      });
    },
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
  throw notAllowed(address);
}

function notAllowed(address: string): KubeError {
  return new KubeError('Forbidden', `the operator does not connect to ${address}: --allow-addresses does not list its range`, {
    reason: 'AddressNotAllowed',
  });
}
