import { clusterOf } from '../../../test/fixtures/cluster.ts';
import { collect } from '../capture.ts';
import { compare } from '../compare.ts';
import { clusterAdmins } from './cluster-admins.ts';

const api = 'rbac.authorization.k8s.io';
const user = (name: string) => ({ apiGroup: api, kind: 'User', name });
const group = (name: string) => ({ apiGroup: api, kind: 'Group', name });
const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name });
const binding = (name: string, subjects?: object[], role = 'cluster-admin') => ({
  metadata: { name },
  roleRef: { apiGroup: api, kind: 'ClusterRole', name: role },
  ...(subjects ? { subjects } : {}),
});

const masters = binding('cluster-admin', [group('system:masters')]);
const found = (...clusterrolebindings: object[]) => collect([clusterAdmins], clusterOf({ clusterrolebindings })).entries;
const drift = (agreed: object[], actual: object[]) => compare([clusterAdmins], found(...agreed), found(...actual));

describe('cluster-admins drift', () => {
  it('with a new binding', () => {
    expect(drift([masters], [masters, binding('temporary', [user('contractor')])])).toEqual([
      { fact: 'cluster-admins', object: 'ClusterRoleBinding/temporary', path: '', expected: '', actual: 'subjects=User/contractor' },
    ]);
  });

  it('with a new subject in a binding that was agreed', () => {
    expect(drift([masters], [binding('cluster-admin', [group('system:masters'), account('ci', 'deployer')])])).toEqual([
      {
        fact: 'cluster-admins',
        object: 'ClusterRoleBinding/cluster-admin',
        path: 'subjects',
        expected: 'Group/system:masters',
        actual: 'Group/system:masters, ServiceAccount/ci/deployer',
      },
    ]);
  });

  it('with a ServiceAccount of the same name in another namespace', () => {
    expect(drift([binding('ci', [account('ci', 'deployer')])], [binding('ci', [account('dev', 'deployer')])])).toHaveLength(1);
  });

  it('with a binding that is gone, or that binds nobody any more', () => {
    const agreed = [masters, binding('ops', [group('ops')])];
    expect(drift(agreed, [masters])).toHaveLength(1);
    expect(drift(agreed, [masters, binding('ops', [])])).toHaveLength(1);
  });
});

describe('cluster-admins do not drift', () => {
  it('with the order of subjects', () => {
    expect(drift([binding('ops', [user('b'), group('a')])], [binding('ops', [group('a'), user('b')])])).toEqual([]);
  });

  it('with a subject that is named twice', () => {
    expect(drift([binding('ops', [user('a')])], [binding('ops', [user('a'), user('a')])])).toEqual([]);
  });

  it('with bindings of other roles, or of nobody', () => {
    expect(drift([masters], [masters, binding('viewers', [group('all')], 'view'), binding('empty', []), binding('bare')])).toEqual([]);
  });

  it('with the order in which bindings were seen', () => {
    const ops = binding('ops', [group('ops')]);
    expect(drift([masters, ops], [ops, masters])).toEqual([]);
  });
});

it('says who changed the subjects of a binding, and who made one', () => {
  const source = (path: string) => clusterAdmins.source('ClusterRoleBinding/temporary', path, '', clusterOf());
  expect(source('subjects')).toMatchObject({ type: { resource: 'clusterrolebindings' }, name: 'temporary', fields: ['subjects'] });
  expect(source('')).toMatchObject({ name: 'temporary', fields: [] });
});
