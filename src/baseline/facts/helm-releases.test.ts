import { clusterOf } from '../../../test/fixtures/cluster.ts';
import type { FactEntry } from '../../api/v1alpha1/coveragebaseline.ts';
import { type AgreementInput, createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { helmReleases } from './helm-releases.ts';

const release = (name: string, { version = 1, status = 'deployed', namespace = 'monitoring', labels = {} } = {}) => ({
  metadata: {
    name: `sh.helm.release.v1.${name}.v${version}`,
    namespace,
    labels: { owner: 'helm', name, version: String(version), status, ...labels },
  },
});
const seen = (secrets: object[], agreement: AgreementInput = {}) =>
  collect([helmReleases], clusterOf({ 'helm-release-secrets': secrets }), createAgreement(agreement)).entries;
const drift = (before: object[], after: object[]) => {
  const approved = seen(before);
  return compare([helmReleases], approved, seen(after, { approved })).map(({ object, path, expected, actual }) => [
    object,
    path,
    expected,
    actual,
  ]);
};

describe('Helm releases drift', () => {
  it('with one that is new and one that is gone', () => {
    expect(drift([release('loki')], [release('tempo')])).toEqual([
      ['HelmRelease/monitoring/loki', '', 'name=loki', ''],
      ['HelmRelease/monitoring/tempo', '', '', 'name=tempo'],
    ]);
  });

  it('with one that is uninstalled with its history kept', () => {
    const after = [release('loki', { version: 2, status: 'uninstalled' }), release('loki', { status: 'superseded' })];
    expect(drift([release('loki')], after)).toHaveLength(1);
  });
});

describe('Helm releases do not drift', () => {
  it('with a new revision, its status and how many revisions are kept', () => {
    const upgrading = [10, 9, 11].map((version) => release('loki', { version, status: version === 11 ? 'pending-upgrade' : 'superseded' }));
    expect(drift([release('loki')], upgrading)).toEqual([]);
  });

  it('when one is installed again after it was uninstalled with its history kept', () => {
    const again = [release('loki', { status: 'uninstalled' }), release('loki', { version: 2 })];
    expect(drift([release('loki')], again)).toEqual([]);
    expect(drift([release('loki')], again.toReversed())).toEqual([]);
  });

  it('with releases of applications', () => {
    expect(drift([], [release('web', { namespace: 'shop' })])).toEqual([]);
  });

  it('when the switch is turned off, or on after the approval', () => {
    const knowledge = { 'helm-release-secrets': { state: 'SwitchedOff', message: 'needs the chart’s value' } } as const;
    expect(collect([helmReleases], clusterOf({ knowledge }))).toEqual({ entries: [], missing: [], switchedOff: ['helm-releases'] });
    const approved: FactEntry[] = [{ fact: 'cluster-version', object: 'Cluster/local', value: { version: '1.37.2' } }];
    expect(seen([release('loki')], { approved })).toEqual([]);
  });
});

it('has no writer, since Secrets are not read one at a time', () => {
  expect(helmReleases.source('HelmRelease/monitoring/loki', '', '', clusterOf())).toBeUndefined();
});
