import { resources } from '../../observe/catalogue.ts';
import { defaultClassAnnotation } from '../../observe/resources/storageclasses.ts';
import { type Fact, nameOf } from '../fact.ts';

export const storageClasses: Fact = {
  id: 'storage-classes',
  title: 'StorageClasses, and which is the default',
  needs: { resources: ['storageclasses'] },
  collect: (view) =>
    view.list('storageclasses').map((storageClass) => ({
      object: `StorageClass/${storageClass.name}`,
      value: {
        provisioner: storageClass.provisioner,
        reclaimPolicy: storageClass.reclaimPolicy,
        volumeBindingMode: storageClass.volumeBindingMode,
        allowVolumeExpansion: String(storageClass.allowVolumeExpansion),
        default: String(storageClass.isDefault),
        ...(storageClass.mountOptions.length > 0 ? { mountOptions: [...storageClass.mountOptions].sort().join(',') } : {}),
        ...(storageClass.allowedTopologies ? { allowedTopologies: storageClass.allowedTopologies } : {}),
        ...Object.fromEntries(Object.entries(storageClass.parameters).map(([key, value]) => [`parameters.${key}`, value])),
      },
    })),
  source: (object, path) => ({ type: resources.storageclasses.type, name: nameOf(object), fields: fieldsOf(path) }),
};

function fieldsOf(path: string): string[] {
  if (path === '') return [];
  if (path === 'default') return ['metadata', 'annotations', defaultClassAnnotation];
  return path.startsWith('parameters.') ? ['parameters', path.slice('parameters.'.length)] : [path];
}
