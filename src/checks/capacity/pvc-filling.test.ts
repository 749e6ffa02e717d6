import { type ClaimFixture, claim, kubeletAnswer, measured } from '../../../test/fixtures/capacity.ts';
import { clusterOf, now } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import type { KubeletAnswer } from '../../observe/probes/kubelet-stats.ts';
import { createAgreement } from '../agreement.ts';
import { configureChecks, runCheck } from '../run.ts';
import { pvcFilling } from './pvc-filling.ts';

type Free = Parameters<typeof measured>[1];
const cluster = (answers: KubeletAnswer[], options: ClaimFixture = {}) => ({
  persistentvolumeclaims: [claim(options)],
  probes: { 'kubelet-stats': answers },
});
const found = (free: Free, options: ClaimFixture = {}, setting = {}) =>
  findingsOf(pvcFilling, cluster([kubeletAnswer('a', [measured('data', free)])], options), setting);
const severities = (free: Free, setting = {}) => found(free, {}, setting).map(({ severity }) => severity);

describe('pvc-filling fires', () => {
  it('for a volume with little space left, and names what is left, the whole and the threshold', () => {
    expect(found({ space: 8 })).toEqual([
      {
        object: 'PersistentVolumeClaim/shop/data',
        severity: 'warning',
        reason: 'SpaceLow',
        message:
          'PersistentVolumeClaim/shop/data has at most 10% of its 10Gi of space left; the threshold is 15%. Delete what is not needed, or make it larger.',
      },
    ]);
  });

  it('as critical where next to nothing is left, and names that threshold', () => {
    expect(found({ space: 2 })).toMatchObject([
      { severity: 'critical', message: expect.stringContaining('has at most 3% of its 10Gi of space left; the threshold is 3%.') },
    ]);
  });

  it('for a volume with space and no inodes', () => {
    expect(found({ inodes: 1 })).toMatchObject([
      { severity: 'critical', reason: 'InodesLow', message: expect.stringContaining('has at most 3% of its inodes left') },
    ]);
  });

  it('once for a volume that several nodes mount, by the one that sees least', () => {
    const answers = [60, 2, 10].map((space, index) => kubeletAnswer(`n${index}`, [measured('data', { space })]));
    expect(findingsOf(pvcFilling, cluster(answers)).map(({ severity }) => severity)).toEqual(['critical']);
  });
});

describe('pvc-filling at its boundaries', () => {
  it('is a warning from exactly 15% down and critical from exactly 3% down', () => {
    expect([15.01, 15, 3.01, 3].map((space) => severities({ space }))).toEqual([[], ['warning'], ['warning'], ['critical']]);
    expect([15.01, 15, 3.01, 3].map((inodes) => severities({ inodes }))).toEqual([[], ['warning'], ['warning'], ['critical']]);
  });

  it('takes other thresholds from the coverage', () => {
    const parameters = { warningRatio: '0.5', criticalRatio: '0.4' };
    expect([51, 50, 40].map((space) => severities({ space }, { parameters }))).toEqual([[], ['warning'], ['critical']]);
  });

  it('opens when it has held for 5 minutes since it was first seen', () => {
    const { checks } = configureChecks([pvcFilling], []);
    const view = clusterOf(cluster([kubeletAnswer('a', [measured('data', { space: 1 })])]));
    const { observations, holdMs } = runCheck(checks[0]!, view, now, createAgreement());
    expect([holdMs, observations.map(({ since }) => since)]).toEqual([300_000, [undefined]]);
  });

  it('keeps its message while the volume fills, within steps of five percent', () => {
    const message = (space: number) => found({ space })[0]?.message;
    expect(message(6)).toBe(message(10));
    expect(message(5)).not.toBe(message(6));
  });
});

describe('pvc-filling is silent', () => {
  it.each<[string, Free, ClaimFixture]>([
    ['where there is room', { space: 40, inodes: 40 }, {}],
    ['for a volume that is only read', { space: 0 }, { accessModes: ['ReadOnlyMany'] }],
    ['for a block device', { space: 0 }, { volumeMode: 'Block' }],
    ['for a claim that is being deleted', { space: 0 }, { deleting: true }],
  ])('%s', (_, free, options) => {
    expect(found(free, options)).toEqual([]);
  });

  it('for a claim that is gone', () => {
    const gone = cluster([kubeletAnswer('a', [measured('data', { space: 0 })])], { name: 'other' });
    expect([findingsOf(pvcFilling, gone), verdictOf(pvcFilling, gone)]).toEqual([[], undefined]);
  });

  it('for a volume that can be written although others may read it too', () => {
    expect(found({ space: 1 }, { accessModes: ['ReadWriteMany', 'ReadOnlyMany'] })).toHaveLength(1);
  });

  it('about inodes where the file system does not count them', () => {
    const uncounted = { ...measured('data', {}), inodes: 0, inodesFree: 0 };
    expect(findingsOf(pvcFilling, cluster([kubeletAnswer('a', [uncounted])]))).toEqual([]);
  });

  it('in a cluster without mounted volumes', () => {
    expect(verdictOf(pvcFilling, cluster([]))).toBeUndefined();
  });
});

describe('pvc-filling says what it cannot judge', () => {
  const fine = kubeletAnswer('a', [measured('data', {})]);

  it('as unknown, not healthy, where kubelets do not answer, with how many those are and why', () => {
    const silent = ['c', 'b'].map((node) => kubeletAnswer(node, [], 'never', 'DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(verdictOf(pvcFilling, cluster([fine, ...silent]))).toBe(
      'Unknown: 2 of 3 kubelets do not say how full their volumes are: b, c (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });

  it('but reports what the others say', () => {
    const answers = [kubeletAnswer('a', [measured('data', { space: 1 })]), kubeletAnswer('b', [], 'never', 'TimeoutError')];
    expect(findingsOf(pvcFilling, cluster(answers))).toHaveLength(1);
  });

  it('and believes an answer for 10 minutes, so that a kubelet may restart', () => {
    const full = measured('data', { space: 1 });
    const heard = (minutes: number) => cluster([fine, kubeletAnswer('b', [full], minutes, 'ECONNREFUSED')]);
    expect([findingsOf(pvcFilling, heard(10)).length, verdictOf(pvcFilling, heard(10))]).toEqual([1, undefined]);
    expect([findingsOf(pvcFilling, heard(10.1)).length, verdictOf(pvcFilling, heard(10.1))]).toEqual([
      0,
      'Unknown: 1 of 2 kubelets do not say how full their volumes are: b (ECONNREFUSED)',
    ]);
  });

  it('as not applicable where the switch is off', () => {
    const message = "needs the chart's value features.kubeletStats: true";
    expect(verdictOf(pvcFilling, { knowledge: { 'kubelet-stats': { state: 'SwitchedOff', message } } })).toBe(`NotApplicable: ${message}`);
  });

  it.each(['persistentvolumeclaims', 'pods', 'nodes'] as const)('as unknown where %s cannot be read', (name) => {
    const message = `the operator may not list and watch ${name}: forbidden`;
    expect(verdictOf(pvcFilling, { ...cluster([fine]), knowledge: { [name]: { state: 'NotPermitted', message } } })).toBe(
      `Unknown: ${message}`,
    );
  });
});
