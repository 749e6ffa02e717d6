import * as z from 'zod';
import { instantOf } from '../../observe/resource.ts';
import { defineCheck, type Observation } from '../check.ts';
import { names } from '../parameters.ts';
import { isLeaving } from './availability.ts';

/** Condition types that the configurations in node-problem-detector's repository publish; each is True when something is wrong. */
const published = [
  // kernel-monitor, readonly-monitor, kernel-monitor-counter
  'KernelDeadlock',
  'ReadonlyFilesystem',
  'XfsShutdown',
  'CperHardwareErrorFatal',
  'FrequentUnregisterNetDevice',
  // systemd-monitor-counter, docker-monitor, docker-monitor-counter
  'FrequentKubeletRestart',
  'FrequentDockerRestart',
  'FrequentContainerdRestart',
  'CorruptDockerOverlay2',
  // health-checker-*, windows-health-checker-*
  'KubeletUnhealthy',
  'ContainerRuntimeUnhealthy',
  'KubeProxyUnhealthy',
  'CsiProxyUnhealthy',
  // custom-plugin-monitor, disk-problem-monitor
  'NTPProblem',
  'DiskSizeCheckFailure',
];

export const nodeProblem = defineCheck({
  id: 'node-problem',
  area: 'Nodes',
  tier: 'Level1',
  title: 'A node has a problem that node-problem-detector found',
  severity: 'warning',
  for: '5m',
  needs: { resources: ['nodes'] },
  remediation:
    'Read the condition’s message with `kubectl describe node` and the kernel and service logs on the node. Most of these problems stay until the node is rebooted or replaced: drain it first.',
  references: ['node-problem-detector: the conditions in its config directory', 'own default: 5m, the interval of its slower monitors'],
  parameters: z.strictObject({
    conditions: names([], 'More condition types that are True when something is wrong, beside those of node-problem-detector.'),
  }),
  evaluate: ({ view, parameters }) => {
    const problems = new Set([...published, ...parameters.conditions]);
    const observations: Observation[] = [];
    for (const node of view.list('nodes')) {
      if (isLeaving(node)) continue;
      for (const [type, { status, reason, since }] of Object.entries(node.conditions)) {
        if (status !== 'True' || !problems.has(type)) continue;
        observations.push({
          object: `Node/${node.name}`,
          reason: type,
          message: `Node ${node.name} has a problem: ${type}=True (${reason || 'no reason given'}). Read the condition’s message, then drain the node and reboot or replace it.`,
          since: instantOf(since),
        });
      }
    }
    return { observations };
  },
});
