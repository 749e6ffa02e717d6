import { parseQuantity } from '../kube/quantity.ts';
import { amountText, bounded, bytesText, coresText, keyIn, pairs, paths, sorted } from './values.ts';

describe('a text', () => {
  it('is kept up to 1,024 characters, and is a hash beyond', () => {
    expect(bounded('x'.repeat(1024))).toHaveLength(1024);
    expect(bounded('x'.repeat(1025))).toMatch(/^sha256:[0-9a-f]{32}$/);
    expect(bounded('x'.repeat(1025))).not.toBe(bounded('y'.repeat(1025)));
  });
});

describe('paths', () => {
  const many = (length: number, value = 'v') => Array.from({ length }, (_, index) => [`k${index}`, value] as const);

  it('are one an entry, up to 200', () => {
    expect(paths('labels', [['a.b/c', '1']])).toEqual({ 'labels.a.b/c': '1' });
    expect(Object.keys(paths('labels', many(200)))).toHaveLength(200);
  });

  it('are one with a hash of all beyond, which a change of any changes and their order does not', () => {
    const all = paths('labels', many(201));
    expect(all).toEqual({ labels: expect.stringMatching(/^201, sha256:[0-9a-f]{32}$/) });
    expect(paths('labels', many(201).toReversed())).toEqual(all);
    expect(paths('labels', many(201, 'w'))).not.toEqual(all);
  });

  it('give their key back', () => {
    expect(keyIn('labels', 'labels.a.b/c')).toBe('a.b/c');
    expect(keyIn('labels', 'labels')).toBeUndefined();
    expect(keyIn('labels', 'labelsx.a')).toBeUndefined();
  });
});

it('lists and maps have one spelling', () => {
  expect(sorted(['b', 'a', 'b'])).toBe('a, b');
  expect(pairs({ b: '1', a: '2' })).toBe('a=2, b=1');
});

describe('an amount has one spelling', () => {
  it.each([
    ['1', '1'],
    ['1000m', '1'],
    ['1100m', '1100m'],
    ['1.1', '1100m'],
    ['0.1', '100m'],
    ['2.5m', '2.5m'],
    ['0', '0'],
  ])('of cores: %s', (spelling, text) => {
    expect(coresText(parseQuantity(spelling)!)).toBe(text);
  });

  it.each([
    ['1Gi', '1Gi'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1073741824', '1Gi'],
    ['1G', '1000000000'],
    ['1000000000', '1000000000'],
    ['100', '100'],
    ['0', '0'],
  ])('of bytes: %s', (spelling, text) => {
    expect(bytesText(parseQuantity(spelling)!)).toBe(text);
  });

  it.each([
    ['requests.cpu', 0.5, '500m'],
    ['cpu', 2, '2'],
    ['limits.memory', 2048, '2Ki'],
    ['requests.storage', 1024 ** 3, '1Gi'],
    ['fast.storageclass.storage.k8s.io/requests.storage', 1024, '1Ki'],
    ['requests.ephemeral-storage', 1024, '1Ki'],
    ['requests.hugepages-2Mi', 1024, '1Ki'],
    ['pods', 1024, '1024'],
    ['count/deployments.apps', 2048, '2048'],
    ['requests.nvidia.com/gpu', 4, '4'],
  ])('of %s', (resource, amount, text) => {
    expect(amountText(resource, amount)).toBe(text);
  });
});
