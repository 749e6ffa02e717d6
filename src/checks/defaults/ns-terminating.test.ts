import { type NamespaceFixture, namespace } from '../../../test/fixtures/defaults.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nsTerminating } from './ns-terminating.ts';

const found = (options: NamespaceFixture) =>
  findingsOf(nsTerminating, { namespaces: [namespace('kube-system'), namespace('shop', options)] });

describe('ns-terminating fires', () => {
  it('and names what remains and which finalizers hold it', () => {
    const conditions = {
      NamespaceContentRemaining:
        'Some resources are remaining: secrets. has 1 resource instances, widgets.example.com has 12 resource instances',
      NamespaceFinalizersRemaining:
        'Some content in the namespace has finalizers remaining: example.com/cleanup in 12 resource instances, foregroundDeletion in 1 resource instances',
    };
    expect(found({ deleting: 90, conditions })).toEqual([
      {
        object: 'Namespace/shop',
        severity: 'warning',
        reason: 'StuckInDeletion',
        message:
          'Namespace shop is being deleted and does not go: objects remain: secrets, widgets.example.com; finalizers of theirs: example.com/cleanup, foregroundDeletion. Let the controller that is responsible clean up.',
      },
    ]);
  });

  it('with the same message while objects go one by one', () => {
    const remaining = (count: number) => ({
      NamespaceContentRemaining: `Some resources are remaining: pods. has ${count} resource instances`,
    });
    const messages = [30, 2].map((count) => found({ deleting: 90, conditions: remaining(count) })[0]?.message);
    expect(messages[0]).toBe(messages[1]);
    expect(messages[0]).toContain('objects remain: pods.');
  });

  it.each<[string, NamespaceFixture, string]>([
    ['finalizers of the namespace itself', { finalizers: ['example.com/tenant'] }, 'finalizers of its own: example.com/tenant'],
    [
      'an aggregated API without a server',
      { conditions: { NamespaceDeletionDiscoveryFailure: 'Discovery failed for some groups, 1 failing: …' } },
      'the API server cannot tell which kinds there are',
    ],
    [
      'versions that cannot be parsed',
      { conditions: { NamespaceDeletionGroupVersionParsingFailure: 'unexpected GroupVersion' } },
      'the API server cannot tell which kinds there are',
    ],
    [
      'refusals, as by a webhook',
      { conditions: { NamespaceDeletionContentFailure: 'Failed to delete all resource types, 1 remaining: …' } },
      'the API server refuses to delete some of them',
    ],
    ['nothing', {}, 'it does not say what remains'],
  ])('and tells of %s', (_, options, words) => {
    expect(found({ deleting: 90, ...options })[0]?.message).toContain(`does not go: ${words}`);
  });
});

describe('ns-terminating at its boundaries', () => {
  it('fires an hour after the deletion was asked for and not a second before', () => {
    expect(found({ deleting: 60 })).toHaveLength(1);
    expect(found({ deleting: 60 - 1 / 60 })).toEqual([]);
  });

  it('takes another time from the coverage', () => {
    expect(findingsOf(nsTerminating, { namespaces: [namespace('shop', { deleting: 10 })] }, { for: '10m' })).toHaveLength(1);
  });
});

describe('ns-terminating is silent', () => {
  it.each<[string, NamespaceFixture]>([
    ['about a namespace that nobody deletes, with a finalizer', { finalizers: ['example.com/tenant'] }],
    [
      'while pods take their grace period',
      { deleting: 5, conditions: { NamespaceContentRemaining: 'Some resources are remaining: pods. has 3 resource instances' } },
    ],
  ])('%s', (_, options) => {
    expect(found(options)).toEqual([]);
  });

  it('about conditions that say that nothing is in the way', () => {
    const conditions = [
      {
        type: 'NamespaceDeletionDiscoveryFailure',
        status: 'False',
        reason: 'ResourcesDiscovered',
        message: 'All resources successfully discovered',
      },
    ];
    const deleted = namespace('shop', { deleting: 90 });
    expect(findingsOf(nsTerminating, { namespaces: [{ ...deleted, status: { conditions } }] })[0]?.message).toContain(
      'it does not say what remains',
    );
  });
});

it('ns-terminating is unknown, not healthy, where namespaces cannot be read', () => {
  const message = 'nothing was heard about namespaces for more than 3 minutes: the API server is silent';
  expect(verdictOf(nsTerminating, { knowledge: { namespaces: { state: 'Stale', message } } })).toBe(`Unknown: ${message}`);
});
