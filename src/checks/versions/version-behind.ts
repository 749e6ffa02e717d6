import * as z from 'zod';
import { calendarOf, distributionOf } from '../../observe/platform.ts';
import { defineCheck } from '../check.ts';
import { wholeNumber } from '../parameters.ts';
import { calendarOfToday, minorOf } from './support-calendar.ts';

export const versionBehind = defineCheck({
  id: 'version-behind',
  area: 'Versions',
  tier: 'Level1',
  title: 'The Kubernetes version is several minors behind the newest',
  severity: 'info',
  for: '0s',
  // As for version-eol: whether the calendar was replaced must be known.
  needs: { probes: ['version'], resources: ['nodes', 'support-calendar'] },
  remediation:
    'Plan the upgrades: the control plane goes up one minor at a time, so each minor that is waited for is a maintenance of its own later.',
  references: ['own default: 2 minors leave one of the three that upstream supports', 'Kubernetes: version skew policy'],
  parameters: z.strictObject({ minors: wholeNumber(2, 'Minors behind the newest from which it is reported.', { min: 1, max: 20 }) }),
  evaluate: ({ view, parameters, now }) => {
    const server = view.probe('version');
    if (!server) return { outcome: 'Unknown', message: 'The version of the API server is not known.' };
    const calendar = calendarOfToday(view, now);
    if ('problem' in calendar) return { outcome: 'Unknown', message: calendar.problem };
    const distribution = calendarOf(distributionOf(view));
    const newest = calendar.newest(distribution);
    if (newest === undefined)
      return {
        outcome: 'Unknown',
        message: `The ${calendar.name} has no minor of ${distribution}. Give some in the ConfigMap support-calendar.`,
      };
    const behind = minorOf(newest) - server.minor;
    if (behind < parameters.minors) return { observations: [] };
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'BehindNewest',
          message: `Kubernetes ${server.gitVersion} is ${behind} minors behind ${newest}, the newest of ${distribution} (${calendar.name}); the threshold is ${parameters.minors}. Plan the upgrades, one minor at a time.`,
        },
      ],
    };
  },
});
