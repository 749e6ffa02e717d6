import { resources } from '../../observe/catalogue.ts';
import { type Fact, nameOf } from '../fact.ts';

export const clusterAdmins: Fact = {
  id: 'cluster-admins',
  title: 'Who is bound to cluster-admin in the whole cluster',
  needs: { resources: ['clusterrolebindings'] },
  collect: (view) =>
    view
      .list('clusterrolebindings')
      .filter(({ role, subjects }) => role === 'cluster-admin' && subjects.length > 0)
      .map(({ name, subjects }) => ({ object: `ClusterRoleBinding/${name}`, value: { subjects: [...new Set(subjects)].join(', ') } })),
  source: (object, path) => ({ type: resources.clusterrolebindings.type, name: nameOf(object), fields: path === '' ? [] : [path] }),
};
