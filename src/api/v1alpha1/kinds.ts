import type { z } from 'zod';
import { acknowledgementSpec, acknowledgementStatus } from './acknowledgement.ts';
import { coverageBaselineSpec } from './coveragebaseline.ts';
import { coverageReportSpec, coverageReportStatus } from './coveragereport.ts';
import { supportCoverageSpec, supportCoverageStatus } from './supportcoverage.ts';

export const group = 'platformsupport.io';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

export interface PrinterColumn {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  /** 1: only with -o wide. */
  priority?: 0 | 1;
  description?: string;
}

/** All that a CustomResourceDefinition is made from. */
export interface KindDefinition {
  kind: string;
  plural: string;
  singular: string;
  shortNames: string[];
  description: string;
  spec: z.ZodType;
  status?: z.ZodType;
  columns: PrinterColumn[];
}

const conditionColumn = (name: string, type: string): PrinterColumn => ({
  name,
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${type}")].status`,
});
const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const summaryColumn = (name: string, field: string): PrinterColumn => ({ name, type: 'integer', jsonPath: `.status.summary.${field}` });

export const supportCoverageKind = {
  kind: 'SupportCoverage',
  plural: 'supportcoverages',
  singular: 'supportcoverage',
  shortNames: ['scov'],
  description: 'What is covered by a support agreement, and when it is looked at.',
  spec: supportCoverageSpec,
  status: supportCoverageStatus,
  columns: [
    { name: 'Tier', type: 'string', jsonPath: '.spec.tier' },
    conditionColumn('Ready', 'Ready'),
    conditionColumn('Healthy', 'Healthy'),
    summaryColumn('Crit', 'critical'),
    summaryColumn('Warn', 'warning'),
    summaryColumn('Drift', 'drift'),
    { name: 'Window', type: 'string', jsonPath: '.status.windows.maintenance' },
    { name: 'Last-Check', type: 'date', jsonPath: '.status.lastCheckTime' },
    age,
    { name: 'Clusters', type: 'string', jsonPath: '.status.clusters[*].name', priority: 1 },
    { name: 'Next-Check', type: 'string', jsonPath: '.status.nextCheckTime', priority: 1 },
    { name: 'Next-Maintenance', type: 'string', jsonPath: '.status.windows.maintenanceNext', priority: 1 },
    { name: 'Baseline', type: 'string', jsonPath: '.status.clusters[*].baseline.name', priority: 1 },
  ],
} as const satisfies KindDefinition;

export const coverageBaselineKind = {
  kind: 'CoverageBaseline',
  plural: 'coveragebaselines',
  singular: 'coveragebaseline',
  shortNames: ['scbl'],
  description: 'What was agreed about a cluster when support began, fact by fact; drift is what differs from it.',
  spec: coverageBaselineSpec,
  columns: [
    { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster' },
    { name: 'Approved', type: 'date', jsonPath: '.spec.approval.approvedAt' },
    { name: 'Approved-By', type: 'string', jsonPath: '.spec.approval.approvedBy' },
    age,
  ],
} as const satisfies KindDefinition;

export const coverageReportKind = {
  kind: 'CoverageReport',
  plural: 'coveragereports',
  singular: 'coveragereport',
  shortNames: ['scrp'],
  description:
    'Everything that the checks of one coverage found in one cluster. Written by the operator; its memory of when each finding began.',
  spec: coverageReportSpec,
  status: coverageReportStatus,
  columns: [
    { name: 'Coverage', type: 'string', jsonPath: '.spec.coverage' },
    { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster' },
    summaryColumn('Crit', 'critical'),
    summaryColumn('Warn', 'warning'),
    summaryColumn('Info', 'info'),
    summaryColumn('Unknown', 'unknown'),
    summaryColumn('Drift', 'drift'),
    age,
  ],
} as const satisfies KindDefinition;

export const acknowledgementKind = {
  kind: 'Acknowledgement',
  plural: 'acknowledgements',
  singular: 'acknowledgement',
  shortNames: ['scack'],
  description: 'Somebody takes care of what was found: its escalation stops until this expires or the finding resolves. It hides nothing.',
  spec: acknowledgementSpec,
  status: acknowledgementStatus,
  columns: [
    { name: 'Coverage', type: 'string', jsonPath: '.spec.coverage' },
    { name: 'By', type: 'string', jsonPath: '.spec.by' },
    { name: 'Matched', type: 'integer', jsonPath: '.status.matched' },
    { name: 'Expires', type: 'string', jsonPath: '.spec.expires' },
    age,
    { name: 'Reason', type: 'string', jsonPath: '.spec.reason', priority: 1 },
  ],
} as const satisfies KindDefinition;

export const kinds: readonly KindDefinition[] = [supportCoverageKind, coverageBaselineKind, coverageReportKind, acknowledgementKind];

/** Where the API serves a kind. */
export function resourceTypeOf(kind: { kind: string; plural: string }) {
  return { group, version, resource: kind.plural, kind: kind.kind, namespaced: true };
}
