import { type ClusterFixture, clusterOf } from '../../../test/fixtures/cluster.ts';
import { type AgreementInput, createAgreement } from '../../checks/agreement.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { namespaces } from './namespaces.ts';
import { quotasAndLimits } from './quotas-and-limits.ts';

const facts = [namespaces, quotasAndLimits];
const quota = (hard: object, spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'team', namespace: 'shop', ...metadata },
  spec: { hard, ...spec },
});
const range = (...limits: object[]) => ({ metadata: { name: 'defaults', namespace: 'shop' }, spec: { limits } });
const cluster = (objects: ClusterFixture, names = ['shop']): ClusterFixture => ({
  ...objects,
  namespaces: names.map((name) => ({ metadata: { name } })),
});
const found = (fixture: ClusterFixture, agreement: AgreementInput = {}) =>
  collect(facts, clusterOf(fixture), createAgreement(agreement)).entries;
const drift = (before: ClusterFixture, after: ClusterFixture, agreement: AgreementInput = {}) => {
  const approved = found(cluster(before), agreement);
  return compare(facts, approved, found(cluster(after), { ...agreement, approved })).map(({ object, path, expected, actual }) => [
    object,
    path,
    expected,
    actual,
  ]);
};

describe('quotas and limits drift', () => {
  it('with another amount', () => {
    expect(
      drift(
        { resourcequotas: [quota({ pods: '50', 'requests.cpu': '20' })] },
        { resourcequotas: [quota({ pods: '50', 'requests.cpu': '40' })] },
      ),
    ).toEqual([['Namespace/shop', 'quotas.team', 'pods=50, requests.cpu=20', 'pods=50, requests.cpu=40']]);
  });

  it('with the pods that a quota counts', () => {
    const selector = (operator: string, ...values: string[]) => ({
      scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
    });
    expect(
      drift({ resourcequotas: [quota({ pods: '5' })] }, { resourcequotas: [quota({ pods: '5' }, selector('In', 'low', 'high'))] }),
    ).toEqual([['Namespace/shop', 'quotas.team', 'pods=5', 'pods=5 for PriorityClass In high|low']]);
    expect(
      drift({ resourcequotas: [quota({ pods: '5' }, { scopes: ['BestEffort'] })] }, { resourcequotas: [quota({ pods: '5' })] }),
    ).toHaveLength(1);
  });

  it.each(['default', 'defaultRequest', 'max', 'min'])('with another %s of containers', (bound) => {
    expect(
      drift(
        { limitranges: [range({ type: 'Container', [bound]: { cpu: '1' } })] },
        { limitranges: [range({ type: 'Container', [bound]: { cpu: '2' } })] },
      ),
    ).toEqual([['Namespace/shop', 'limits.defaults', `Container ${bound} cpu=1`, `Container ${bound} cpu=2`]]);
  });

  it('with a ratio, or what kind of object is bounded', () => {
    const ratio = range({ type: 'Pod', maxLimitRequestRatio: { memory: '2' } });
    expect(drift({ limitranges: [ratio] }, { limitranges: [range({ type: 'Container', maxLimitRequestRatio: { memory: '2' } })] })).toEqual(
      [['Namespace/shop', 'limits.defaults', 'Pod maxLimitRequestRatio memory=2', 'Container maxLimitRequestRatio memory=2']],
    );
  });

  it('with the last one of a namespace that is gone, and the first one of a namespace that had none', () => {
    const limited = { resourcequotas: [quota({ pods: '50' })] };
    expect(drift(limited, {})).toEqual([['Namespace/shop', 'quotas.team', 'pods=50', '']]);
    expect(drift({}, limited)).toEqual([['Namespace/shop', '', '', 'quotas.team=pods=50']]);
  });
});

describe('quotas and limits do not drift', () => {
  it('with the spelling and the order of quantities', () => {
    expect(
      drift(
        { resourcequotas: [quota({ 'requests.cpu': '2', 'requests.memory': '4Gi', pods: '1k' })] },
        { resourcequotas: [quota({ pods: '1000', 'requests.memory': '4096Mi', 'requests.cpu': '2000m' })] },
      ),
    ).toEqual([]);
    expect(
      drift(
        { limitranges: [range({ type: 'Container', max: { memory: '1Gi' }, min: { cpu: '0.1' } }, { type: 'Pod', max: { cpu: '2' } })] },
        {
          limitranges: [
            range({ type: 'Pod', max: { cpu: '2000m' } }, { type: 'Container', min: { cpu: '100m' }, max: { memory: '1024Mi' } }),
          ],
        },
      ),
    ).toEqual([]);
  });

  it('with the two spellings of a scope', () => {
    const selected = { scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'Exists' }] } };
    expect(
      drift({ resourcequotas: [quota({ pods: '5' }, { scopes: ['BestEffort'] })] }, { resourcequotas: [quota({ pods: '5' }, selected)] }),
    ).toEqual([]);
  });

  it('with what is used, labels and managedFields', () => {
    const busy = {
      ...quota({ pods: '5' }, {}, { labels: { a: 'b' }, managedFields: [{}] }),
      status: { hard: { pods: '5' }, used: { pods: '4' } },
    };
    expect(drift({ resourcequotas: [quota({ pods: '5' })] }, { resourcequotas: [busy] })).toEqual([]);
  });

  it('with the quota that GKE adapts to the size of the cluster', () => {
    const gke = (pods: string) => ({ resourcequotas: [quota({ pods }, {}, { name: 'gke-resource-quotas' })] });
    expect(drift(gke('1500'), gke('5k'))).toEqual([]);
    expect(drift({}, gke('5k'))).toEqual([]);
  });

  it('with a namespace that is new or gone', () => {
    const limited = { resourcequotas: [quota({ pods: '50' })] };
    const approved = found(cluster(limited));
    const preview = { resourcequotas: [quota({ pods: '5' }, {}, { namespace: 'preview' })] };
    expect(compare(facts, approved, found(cluster(preview, ['preview']), { approved }))).toEqual([]);
  });

  it('outside of what is covered', () => {
    expect(drift({ resourcequotas: [quota({ pods: '50' })] }, {}, { namespaces: { exclude: ['shop'] } })).toEqual([]);
  });
});

it.each([
  ['quotas.team', 'resourcequotas', 'team'],
  ['limits.a.b', 'limitranges', 'a.b'],
])('says who wrote %s', (path, resource, name) => {
  expect(quotasAndLimits.source('Namespace/shop', path, '', clusterOf())).toMatchObject({
    type: { resource },
    namespace: 'shop',
    name,
    fields: ['spec'],
  });
});

it('knows no writer of a namespace’s quotas as a whole', () => {
  expect(quotasAndLimits.source('Namespace/shop', '', '', clusterOf())).toBeUndefined();
});
