import { resources } from '../../observe/catalogue.ts';
import { distributionOf } from '../../observe/platform.ts';
import { defaultClassAnnotation, type StorageClassView } from '../../observe/resources/storageclasses.ts';
import type { Agreement } from '../agreement.ts';
import { type Correction, defineCheck, type Evaluation } from '../check.ts';
import { metadataCorrection } from '../corrections.ts';
import { inBrief } from '../in-brief.ts';
import { noParameters } from '../parameters.ts';
import { defaultsOf, isStated } from './default-classes.ts';

export const defaultStorageClass = defineCheck({
  id: 'default-storageclass',
  area: 'Defaults',
  tier: 'Level1',
  title: 'Not exactly one StorageClass is the default',
  severity: 'warning',
  for: '15m',
  needs: { resources: ['storageclasses', 'nodes'], probes: ['version'] },
  remediation: `Mark the class that was agreed with the annotation ${defaultClassAnnotation}=true, and take the mark from every other one.`,
  references: [
    'own default: 15m, which leaves time to replace a storage driver',
    'Kubernetes: default StorageClass (the newest of several is taken)',
    'EKS 1.30: its class gp2 is no longer the default',
  ],
  parameters: noParameters,
  evaluate: ({ view, agreement }): Evaluation => {
    const classes = view.list('storageclasses');
    if (classes.length === 0) return { outcome: 'NotApplicable', message: 'The cluster has no StorageClass: it provisions no volumes.' };
    const defaults = defaultsOf(classes);
    const [taken, ...others] = defaults;
    const object = `Cluster/${view.cluster}`;
    if (!taken) {
      const message = `No StorageClass is the default, so a PersistentVolumeClaim that names none stays Pending. There are ${inBrief(names(classes))}: mark one of them with the annotation ${defaultClassAnnotation}=true.`;
      // EKS marks none; a claim that waits for one is pvc-pending's.
      const severity = distributionOf(view) === 'eks' ? 'info' : 'warning';
      return { observations: [{ object, reason: 'NoDefault', severity, message }], corrections: marked(classes, agreement) };
    }
    if (others.length === 0 || isStated('StorageClass', classes, agreement)) return { observations: [] };
    const message = `${defaults.length} StorageClasses are marked as the default: ${inBrief(names(defaults))}. Kubernetes takes the newest, ${taken.name}. Take the mark from every one but that which was agreed.`;
    return {
      observations: [{ object, reason: 'SeveralDefaults', message }],
      corrections: others.map(({ name }) => correction(name, 'false')),
    };
  },
});

/** The class that was agreed to be the default, or the only one that there is. */
function marked(classes: readonly StorageClassView[], agreement: Agreement): Correction[] {
  const agreed = classes.filter(({ name }) => agreement.agreed(`StorageClass/${name}`)?.default === 'true');
  const [choice, another] = agreed.length > 0 ? agreed : classes;
  return choice && !another ? [correction(choice.name, 'true')] : [];
}

function correction(name: string, value: 'true' | 'false'): Correction {
  return metadataCorrection({ type: resources.storageclasses.type, name }, 'annotations', defaultClassAnnotation, value);
}

function names(classes: readonly StorageClassView[]): string[] {
  return classes.map(({ name }) => name);
}
