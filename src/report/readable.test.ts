import { clusterOf, now } from '../../test/fixtures/cluster.ts';
import { supportAll } from '../../test/fixtures/judgement.ts';
import { kubeadm } from '../../test/fixtures/platforms/kubeadm.ts';
import { namespacesOf, together, workload } from '../../test/fixtures/platforms/parts.ts';
import type { CoverageReportStatus } from '../api/v1alpha1/coveragereport.ts';
import { facts } from '../baseline/catalogue.ts';
import { baselineState } from '../baseline/integrity.ts';
import { checks } from '../checks/catalogue.ts';
import { configureChecks } from '../checks/run.ts';
import { type PassInput, runPass } from '../findings/pass.ts';
import { reportStatus } from './coverage-report.ts';

const workers = Array.from({ length: 8 }, (_, index) => `worker-${index + 1}`);
const bare = Array.from({ length: 200 }, (_, index) => `team-${String(index).padStart(3, '0')}`);

/** A namespace as `kubectl create namespace` makes it, with a Deployment of two pods. */
const namespaceWithPods = (name: string, index: number) =>
  together(
    namespacesOf([name]),
    workload(`${name}/web`, {
      nodes: [0, 1].map((offset) => workers[(index + offset) % workers.length] ?? ''),
      ...{ images: ['registry.example.com/web:1.0.0'], cpu: '5m', memory: '16Mi' },
    }),
  );

const view = clusterOf(together(kubeadm(workers), ...bare.map(namespaceWithPods)));

const input = (memory: PassInput['memory'], hours: number): PassInput => ({
  checks: configureChecks(checks, []).checks,
  facts,
  ignore: [],
  agreement: {},
  monotonic: () => 0,
  judge: supportAll,
  view,
  memory,
  baseline: baselineState(undefined, 'base', undefined),
  now: now.add({ hours }),
  writerOf: async () => undefined,
});

describe('a cluster with 200 bare namespaces gives a report a person can read', () => {
  let report: CoverageReportStatus = {};
  beforeAll(async () => {
    const first = await runPass(input({ findings: [], pending: [], drift: [] }, 0));
    report = reportStatus(await runPass(input(first, 25)), 500);
  });

  it('with nothing louder than info', () => {
    const { findings = [], pending = [], summary } = report;
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(pending).toEqual([]);
    expect(summary).toMatchObject({ warning: 0, critical: 0 });
  });

  it('with one finding a check, each of which gives the number of namespaces and the first of them', () => {
    const findings = (report.findings ?? []).filter(({ message }) => message.includes('team-'));
    const found = findings.map(({ check }) => check);
    expect(found.toSorted()).toEqual(['ns-default-deny', 'ns-limitrange', 'ns-pod-security', 'ns-resourcequota']);
    for (const { message, object } of findings) {
      expect(object).toBe('Cluster/local');
      expect(message).toMatch(/\b200 application namespaces\b/);
      expect(message).toContain('team-000, team-001, team-002, team-003, team-004 and 195 more');
    }
  });

  it('with texts that end, and of a size that a terminal takes', () => {
    for (const { message } of report.findings ?? []) {
      expect(message.length).toBeLessThanOrEqual(1024);
      expect(message).toMatch(/\.$/);
    }
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(64 * 1024);
  });
});
