import { type ClusterFixture, clusterOf, now } from '../../test/fixtures/cluster.ts';
import { supportAll } from '../../test/fixtures/judgement.ts';
import { platforms } from '../../test/fixtures/platforms.ts';
import type { Severity } from '../api/v1alpha1/fields.ts';
import { advance } from '../findings/lifecycle.ts';
import { distributionOf } from '../observe/platform.ts';
import { createAgreement } from './agreement.ts';
import { checks } from './catalogue.ts';
import { configureChecks, runCheck } from './run.ts';

/** Every check at `now`, of whose states those that Kubernetes does not date have lasted long. */
function judge(cluster: ClusterFixture) {
  const view = clusterOf(cluster);
  const results = configureChecks(checks, []).checks.map((check) => runCheck(check, view, now, createAgreement()));
  const long = results.map(({ observations, ...result }) => ({
    ...result,
    observations: observations.map((one) => ({ ...one, since: one.since ?? now.subtract({ hours: 24 * 30 }) })),
  }));
  const { findings } = advance({ findings: [], pending: [] }, long, view.cluster, now, supportAll);
  return { view, results, findings };
}

const loud: readonly Severity[] = ['warning', 'critical'];
/** What no calendar says of OpenShift. */
const withoutCalendar = ['version-eol', 'version-behind'];

describe.each(Object.entries(platforms))('a quiet cluster of %s', (name, cluster) => {
  const { view, results, findings } = judge(cluster());

  it('is recognised', () => {
    expect(distributionOf(view)).toBe(name);
  });

  it('gives no warning and no critical finding', () => {
    const opened = findings.filter(({ severity }) => loud.includes(severity));
    expect(opened.map(({ check, severity, object, message }) => `${check} (${severity}) ${object}: ${message}`)).toEqual([]);
  });

  it('leaves nothing unknown that the platform lets one know', () => {
    const unknown = results.flatMap(({ check, unknown }) => (unknown ? [check.id] : []));
    expect(unknown).toEqual(name === 'openshift' ? withoutCalendar : []);
  });
});

it('one fault on a quiet cluster is seen on every platform', () => {
  for (const [name, cluster] of Object.entries(platforms)) {
    const { findings } = judge({ ...cluster(), endpointslices: [] });
    expect(`${name}: ${findings.map(({ check }) => check).includes('dns-unhealthy')}`).toBe(`${name}: true`);
  }
});
