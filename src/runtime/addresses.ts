import { BlockList, isIP } from 'node:net';

/** What is refused unless it is allowed, by the word that messages use for it. Sources: IANA's registries of special-purpose addresses, and the providers' pages on their metadata services. */
const refused: readonly (readonly [name: string, ...ranges: string[]])[] = [
  // Addresses below a range are looked up in this order, so what is narrower comes first.
  [
    'a metadata service',
    '168.63.129.16/32',
    '100.100.100.200/32',
    '192.0.0.192/32',
    'fd00:ec2::254/128',
    'fd00:ec2::23/128',
    'fd20:ce::254/128',
  ],
  ['loopback', '127.0.0.0/8', '::1/128'],
  ['link-local', '169.254.0.0/16', 'fe80::/10'],
  ['multicast', '224.0.0.0/4', 'ff00::/8'],
  // ::/96 holds :: and the form of IPv4 addresses in IPv6 that nobody uses any more.
  ['unspecified', '0.0.0.0/8', '::/96'],
  ['reserved', '240.0.0.0/4'],
];
/** A gateway between IPv6 and IPv4 makes an IPv4 address of the last 32 bits (RFC 6052). */
const translated = '64:ff9b::';

/**
 * Why an IP address may not be called, as a word for a message; undefined where it may. What is no address may not be called either.
 * `apiServers`: addresses that are refused too.
 */
export type AddressRule = (address: string, apiServers: readonly string[]) => string | undefined;

/** Refuses addresses that lead back into the machine, its network or its provider, but for those in the `allow` ranges. Throws as parseRange. */
export function createAddressRule(allow: readonly string[]): AddressRule {
  const allowed = rangesOf(allow);
  const lists = refused.map(([name, ...ranges]) => ({ name, list: rangesOf(ranges.flatMap(withTranslated)) }));
  return (address, apiServers) => {
    // A link-local address may come with the name of its interface: fe80::1%eth0.
    const [plain = ''] = address.split('%');
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(plain) === 0) return 'no IP address';
    if (allowed.check(plain, family)) return undefined;
    if (rangesOf(apiServers.flatMap(withTranslated)).check(plain, family)) return 'the API server';
    return lists.find(({ list }) => list.check(plain, family))?.name;
  };
}

/** A range such as `10.0.0.0/8` or `fd00::/8`; an address alone is a range of one. Throws an Error that says what is wrong with it. */
export function parseRange(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } {
  const [address = '', digits, ...rest] = text.split('/');
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  const prefix = digits === undefined ? longest : /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN;
  if (version === 0 || address.includes('%') || rest.length > 0 || !(prefix <= longest))
    throw new Error(`${JSON.stringify(text)} is no range of addresses; write one such as 10.20.0.0/16, fd00:1::/64 or 10.20.0.7`);
  return { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
}

function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const { address, prefix, family } = parseRange(range);
    list.addSubnet(address, prefix, family);
  }
  return list;
}

/** BlockList itself takes ::ffff:127.0.0.1 for 127.0.0.1. */
function withTranslated(range: string): string[] {
  const { address, prefix, family } = parseRange(range);
  return family === 'ipv4' ? [range, `${translated}${address}/${96 + prefix}`] : [range];
}

/** Why nothing can be sent to an address, whatever answers there. */
export function addressProblem(address: string): string | undefined {
  if (['http:', 'https:'].includes(URL.parse(address)?.protocol ?? '')) return undefined;
  // Where there is an @, what stands before it may be a password.
  const [, host] = address.includes('@') ? [] : (/^https?:\/\/([^/?#\s]+)/.exec(address) ?? []);
  return host === undefined
    ? 'what is written is no address of http or https'
    : `${JSON.stringify(host)} is not a host with a port up to 65535`;
}
