import * as z from 'zod';
import { calendarOf, distributionOf } from '../../observe/platform.ts';
import { defineCheck, type Evaluation } from '../check.ts';
import { days } from '../parameters.ts';
import { calendarOfToday } from './support-calendar.ts';

export const versionEol = defineCheck({
  id: 'version-eol',
  area: 'Versions',
  tier: 'Level1',
  title: 'The Kubernetes version is near or past its end of support',
  severity: 'warning',
  for: '0s',
  // The calendar's ConfigMap need not exist, but whether it does must be known: the bundled dates are not the ones agreed where it is.
  needs: { probes: ['version'], resources: ['nodes', 'support-calendar'] },
  remediation:
    'Plan the upgrade to a supported minor version in the next maintenance window: control plane first, one minor at a time, then the nodes.',
  references: [
    'Kubernetes: version skew and patch releases',
    'Amazon EKS, AKS and GKE: release calendars',
    'EKS upgrade insights: warn 90 days, alert 30 days before',
  ],
  parameters: z.strictObject({
    warningDays: days(90, 'Days before the end of support from which it is a warning.'),
    criticalDays: days(30, 'Days before the end of support from which it is critical.'),
  }),
  evaluate: ({ view, parameters, now }): Evaluation => {
    const server = view.probe('version');
    if (!server) return { outcome: 'Unknown', message: 'The version of the API server is not known.' };
    const calendar = calendarOfToday(view, now);
    if ('problem' in calendar) return { outcome: 'Unknown', message: calendar.problem };
    const today = now.toZonedDateTimeISO('UTC').toPlainDate();
    const distribution = calendarOf(distributionOf(view));
    const minor = `${server.major}.${server.minor}`;
    const end = calendar.endOfLife(distribution, minor);
    if (!end)
      return {
        outcome: 'Unknown',
        message: `The ${calendar.name} has no date for Kubernetes ${minor} (${distribution}). Give one in the ConfigMap support-calendar.`,
      };
    const left = today.until(end, { largestUnit: 'day' }).days;
    if (left > Math.max(parameters.warningDays, parameters.criticalDays)) return { observations: [] };
    const critical = left <= parameters.criticalDays;
    const limit = critical ? parameters.criticalDays : parameters.warningDays;
    return {
      observations: [
        {
          object: `Cluster/${view.cluster}`,
          reason: 'EndOfSupport',
          severity: critical ? 'critical' : 'warning',
          message:
            left < 0
              ? `Kubernetes ${server.gitVersion} is out of support since ${end} (${distribution} calendar): it gets no security fixes. Upgrade to a supported minor version.`
              : `Support for Kubernetes ${server.gitVersion} ends on ${end} (${distribution} calendar), within ${limit} days. Plan the upgrade to a supported minor version.`,
        },
      ],
    };
  },
});
