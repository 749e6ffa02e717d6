import { createAddressRule, parseRange } from './addresses.ts';

describe('without exceptions', () => {
  const rule = createAddressRule([]);

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['::127.0.0.1', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['168.63.129.16', 'a metadata service'],
    ['fd00:ec2::254', 'a metadata service'],
    ['localhost', 'no IP address'],
    ['', 'no IP address'],
  ])('%s is refused', (address, why) => {
    expect(rule(address, [])).toBe(why);
  });

  it.each([
    '8.8.8.8',
    '10.1.2.3',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '::ffff:10.0.0.1',
    '64:ff9b::808:808',
    '2001:db8::1',
    'fd00::1',
  ])('%s passes', (address) => {
    expect(rule(address, [])).toBeUndefined();
  });

  it('an address of the API server is refused, in whichever form it is written', () => {
    for (const address of ['10.96.0.1', '::ffff:10.96.0.1', '64:ff9b::a60:1']) expect(rule(address, ['10.96.0.1'])).toBe('the API server');
    expect(rule('fd00:1::1', ['fd00:1::1'])).toBe('the API server');
    expect(rule('10.96.0.2', ['10.96.0.1'])).toBeUndefined();
  });
});

describe('exceptions', () => {
  it('let exactly their range pass, in whichever form it is written', () => {
    const rule = createAddressRule(['127.0.0.0/8', '169.254.20.10', 'fe80::1/128']);
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '169.254.20.10', 'fe80::1']) expect(rule(address, [])).toBeUndefined();
    for (const address of ['169.254.169.254', '::1', 'fe80::2']) expect(rule(address, [])).toBeDefined();
  });

  it('win over the API server too', () => {
    expect(createAddressRule(['10.96.0.0/12'])('10.96.0.1', ['10.96.0.1'])).toBeUndefined();
  });

  it('can be everything', () => {
    const rule = createAddressRule(['0.0.0.0/0', '::/0']);
    for (const address of ['127.0.0.1', '169.254.169.254', '::1', 'fe80::1']) expect(rule(address, [])).toBeUndefined();
  });
});

it.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0/8', '::/129', '10.0.0.0/8/8', 'fe80::1%eth0'])(
  '%j is no range, and the message shows one',
  (text) => {
    expect(() => parseRange(text)).toThrow(`${JSON.stringify(text)} is no range of addresses; write one such as 10.20.0.0/16`);
  },
);
