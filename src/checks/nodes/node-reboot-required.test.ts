import { minutesAgo, type NodeFixture, node } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { nodeRebootRequired } from './node-reboot-required.ts';

const day = 24 * 60;

/** A node that has been ready for 30 days and that kured has marked so many minutes ago. */
function marked(minutes: number, options: NodeFixture = {}, annotations: Record<string, string> = {}) {
  const plain = node('worker-9', { since: 30 * day, ...options });
  const marks = {
    'kured.dev/kured-reboot-in-progress': minutesAgo(minutes),
    'kured.dev/kured-most-recent-reboot-needed': minutesAgo(minutes),
    ...annotations,
  };
  return { ...plain, metadata: { ...plain.metadata, annotations: marks } };
}

const found = (worker: object, setting = {}) => findingsOf(nodeRebootRequired, { nodes: [node('a'), worker] }, setting);

describe('node-reboot-required fires', () => {
  it('for a node that kured has not been able to reboot', () => {
    expect(found(marked(8 * day))).toEqual([
      {
        object: 'Node/worker-9',
        severity: 'warning',
        reason: 'RebootRequired',
        message:
          'Node worker-9 must be rebooted: kured has asked for it since 2026-11-15T12:00:00Z. Security updates of its kernel or libraries wait for it.',
      },
    ]);
  });

  it('for a time that kured wrote in the node’s own zone', () => {
    const annotations = { 'kured.dev/kured-most-recent-reboot-needed': '2026-11-15T13:00:00+01:00' };
    expect(found(marked(8 * day, {}, annotations))).toHaveLength(1);
  });

  it('for a condition that means it', () => {
    const [finding] = found(node('worker-9', { since: 8 * day, conditions: { RebootRequired: 'True' } }));
    expect(finding?.message).toContain('its condition RebootRequired is True (RebootRequiredReason).');
  });

  it('for a condition that the coverage names', () => {
    const worker = node('worker-9', { since: 8 * day, conditions: { HostUpgradesReboot: 'True' } });
    expect(found(worker)).toHaveLength(0);
    expect(found(worker, { parameters: { conditions: 'RebootRequired,HostUpgradesReboot' } })).toHaveLength(1);
  });
});

describe('node-reboot-required at its boundaries', () => {
  it('fires at exactly 7 days and not a second before', () => {
    expect(found(marked(7 * day))).toHaveLength(1);
    expect(found(marked(7 * day - 1 / 60))).toHaveLength(0);
  });

  it('asks for a mark that is later than the last change of Ready', () => {
    expect(found(marked(8 * day, { since: 8 * day + 1 / 60 }))).toHaveLength(1);
    expect(found(marked(8 * day, { since: 8 * day }))).toHaveLength(0);
  });
});

describe('node-reboot-required is silent', () => {
  const done = node('worker-9', { since: 30 * day });
  it.each<[string, object]>([
    ['for a node that kured does not mark', done],
    ['for a node that was restarted since, though kured keeps the mark', marked(8 * day, { since: 6 * day })],
    [
      'for a node that came back so fast that it was never seen as not ready',
      { ...done, metadata: { ...done.metadata, annotations: { 'kured.dev/kured-most-recent-reboot-needed': minutesAgo(8 * day) } } },
    ],
    ['for a node that waits for its window', marked(2 * day)],
    ['for a mark that is no time', marked(8 * day, {}, { 'kured.dev/kured-most-recent-reboot-needed': 'true' })],
    ['for a condition that is False', node('worker-9', { since: 8 * day, conditions: { RebootRequired: 'False' } })],
    ['for a node that cluster-autoscaler removes', marked(8 * day, { taints: ['ToBeDeletedByClusterAutoscaler'] })],
    ['for a node that is being deleted', marked(8 * day, { deleting: true })],
  ])('%s', (_, worker) => {
    expect(found(worker)).toEqual([]);
  });
});

it('node-reboot-required is unknown, not healthy, where nodes cannot be read', () => {
  const message = 'the operator may not list and watch nodes: forbidden';
  expect(verdictOf(nodeRebootRequired, { knowledge: { nodes: { state: 'NotPermitted', message } } })).toBe(`Unknown: ${message}`);
});
