import type { SupportCoverageSpec } from '../api/v1alpha1/supportcoverage.ts';
import type { SettingProblem } from '../checks/run.ts';
import { addressProblem } from '../runtime/addresses.ts';

/**
 * Addresses of a spec that lead nowhere, which the CRD's pattern cannot tell. A coverage runs without them, and says in `Onboarded` what became
 * of them: they are no reason to stop its checks.
 */
export function addressProblems({ contacts = [], scope }: SupportCoverageSpec): SettingProblem[] {
  const lists = [
    ...contacts.map(({ notify }, index) => ({
      path: `spec.contacts[${index}].notify.alertmanager`,
      urls: notify.alertmanager?.urls,
    })),
    ...(scope?.clusters ?? []).flatMap(({ alertSource }, index) =>
      (['alertmanager', 'prometheus'] as const).map((program) => ({
        path: `spec.scope.clusters[${index}].alertSource.${program}`,
        urls: alertSource?.[program]?.urls,
      })),
    ),
  ];
  return lists.flatMap(({ path, urls = [] }) =>
    urls.flatMap((url, index) => {
      const message = addressProblem(url);
      return message === undefined ? [] : [{ path: `${path}.urls[${index}]`, message }];
    }),
  );
}
