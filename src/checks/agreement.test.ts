import { createAgreement } from './agreement.ts';

describe('a namespace', () => {
  it.each([
    ['kube-system', true],
    ['ingress-nginx', true],
    ['monitoring', true],
    ['flux-system', true],
    ['shop', false],
    ['default', false],
    ['my-monitoring', false],
  ])('%s is the platform’s by its well-known name: %s', (namespace, expected) => {
    expect(createAgreement().isPlatform(namespace)).toBe(expected);
  });

  it('is the platform’s by what the coverage says, and by nothing else then', () => {
    const { isPlatform } = createAgreement({ platformNamespaces: ['base-*'] });
    expect(['base-net', 'kube-system'].map(isPlatform)).toEqual([true, false]);
  });

  it('is covered where it is included and not excluded, and always where it is the platform’s', () => {
    const { isCovered } = createAgreement({ namespaces: { include: ['team-*'], exclude: ['team-sandbox*', 'kube-*'] } });
    expect(['team-a', 'team-sandbox-1', 'other', 'kube-system'].map(isCovered)).toEqual([true, false, false, true]);
  });

  it('and an object are known as the approved baseline states them, all facts together', () => {
    const approved = [
      { object: 'Namespace/shop', value: { 'labels.team': 'shop' } },
      { object: 'Namespace/shop', value: { quota: '10' } },
    ];
    const { agreed, baselineApproved } = createAgreement({ approved });
    expect([baselineApproved, agreed('Namespace/shop'), agreed('Namespace/new')]).toEqual([
      true,
      { 'labels.team': 'shop', quota: '10' },
      undefined,
    ]);
    expect(createAgreement().baselineApproved).toBe(false);
  });

  it('is covered where nothing is said', () => {
    expect(createAgreement().isCovered('anything')).toBe(true);
  });
});
