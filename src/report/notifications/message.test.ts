import { message, subject } from '../../../test/fixtures/notifications.ts';
import { namespaceOf, summaryOf } from './message.ts';

describe('the summary', () => {
  it('says where, how much, and the most urgent in words', () => {
    const text = summaryOf(
      message({
        opened: [
          subject(),
          subject({ check: 'pvc-filling', object: 'PersistentVolumeClaim/shop/db', severity: 'warning', message: '91 % full' }),
        ],
        resolved: [subject({ check: 'node-pressure', object: 'Node/worker-1' })],
      }),
    );
    expect(text).toBe(
      'production/prod-eu: 2 findings opened, 1 resolved; critical node-unreachable Node/worker-4: worker-4 has stopped reporting; ' +
        'warning pvc-filling PersistentVolumeClaim/shop/db: 91 % full; resolved node-pressure Node/worker-1',
    );
  });

  it('says of one finding that it is one', () => {
    expect(summaryOf(message())).toMatch(/^production\/prod-eu: 1 finding opened; critical /);
  });

  it('says how many more it stands for, whether the message names them or not', () => {
    const opened = Array.from({ length: 20 }, (_, index) => subject({ object: `Node/worker-${index}` }));
    const text = summaryOf(message({ opened, openedTotal: 5000, resolved: opened, resolvedTotal: 40 }));
    expect(text).toContain('5000 findings opened, 40 resolved; ');
    expect(text).toContain('and 4997 more opened; ');
    expect(text).toMatch(/and 37 more resolved$/);
    expect(text.match(/critical/g)).toHaveLength(3);
  });

  it('stays short in a storm of long names', () => {
    const opened = Array.from({ length: 20 }, () =>
      subject({ object: `Pod/${'n'.repeat(250)}/${'p'.repeat(250)}`, message: 'm'.repeat(256) }),
    );
    expect(summaryOf(message({ opened, openedTotal: 5000, resolved: opened, resolvedTotal: 5000 })).length).toBeLessThan(2_500);
  });

  it('of what is over alone begins with that', () => {
    expect(summaryOf(message({ opened: [], resolved: [subject()] }))).toBe(
      'production/prod-eu: 1 finding resolved; resolved node-unreachable Node/worker-4',
    );
  });

  it('of the first check says so, also where nothing was found', () => {
    expect(summaryOf(message({ kind: 'Onboarding' }))).toMatch(/^production\/prod-eu: 1 finding at the first check; critical /);
    expect(summaryOf(message({ kind: 'Onboarding', opened: [] }))).toBe('production/prod-eu: 0 findings at the first check');
  });

  it('of a test says that there is nothing to do', () => {
    expect(summaryOf(message({ kind: 'Test', opened: [], cluster: '' }))).toBe(
      'production: test of the contact line support-desk; there is nothing to do',
    );
  });
});

it.each([
  ['Deployment/shop/web', 'shop'],
  ['Namespace/shop', 'shop'],
  ['Node/worker-4', undefined],
  ['Cluster/prod-eu', undefined],
])('the namespace of %s is %s', (object, namespace) => {
  expect(namespaceOf({ object })).toBe(namespace);
});
