import type { KubeObject } from '../../kube/types.ts';
import { pods } from './pods.ts';

const Mi = 2 ** 20;
const requests = (cpu: string, memory = '0') => ({ resources: { requests: { cpu, memory } } });
const sidecar = (cpu: string, memory = '0') => ({ ...requests(cpu, memory), restartPolicy: 'Always' });

const project = (pod: object) => pods.project(pod as KubeObject);
const requestsOf = (spec: object) => project({ metadata: { name: 'p', namespace: 'n' }, spec })?.requests;
const cpuOf = (spec: object) => requestsOf(spec)?.cpu;

describe('what the scheduler reserves for a pod', () => {
  it('is what its containers ask for together', () => {
    expect(requestsOf({ containers: [requests('100m', '128Mi'), requests('0.4', '64Mi')] })).toEqual({ cpu: 0.5, memory: 192 * Mi });
  });

  it('is nothing where nothing is asked for', () => {
    expect(requestsOf({ containers: [{}, { resources: {} }, { resources: { limits: { cpu: '1' } } }] })).toEqual({ cpu: 0, memory: 0 });
    expect(requestsOf({})).toEqual({ cpu: 0, memory: 0 });
  });

  it('is the largest init container where that is more, since they run one after the other', () => {
    const containers = [requests('1')];
    expect(cpuOf({ initContainers: [requests('2'), requests('3')], containers })).toBe(3);
    expect(cpuOf({ initContainers: [requests('0.5'), requests('0.5')], containers })).toBe(1);
  });

  it('contains sidecars, which go on running beside the containers', () => {
    expect(cpuOf({ initContainers: [sidecar('0.25'), sidecar('0.25')], containers: [requests('1')] })).toBe(1.5);
  });

  it('contains beside an init container only the sidecars started before it', () => {
    const containers = [requests('0.1')];
    expect(cpuOf({ initContainers: [sidecar('0.5'), requests('2')], containers })).toBe(2.5);
    expect(cpuOf({ initContainers: [requests('2'), sidecar('0.5')], containers })).toBe(2);
  });

  it('is decided for each resource by itself', () => {
    expect(requestsOf({ initContainers: [requests('3', '1Mi')], containers: [requests('1', '500Mi')] })).toEqual({
      cpu: 3,
      memory: 500 * Mi,
    });
  });

  it('is what the pod as a whole asks for, where it does, for each resource by itself', () => {
    const whole = { resources: { requests: { cpu: '4' } }, initContainers: [requests('8')], containers: [requests('1', '64Mi')] };
    expect(requestsOf(whole)).toEqual({ cpu: 4, memory: 64 * Mi });
  });

  it('contains the overhead of its runtime class, also on top of what the whole pod asks for', () => {
    const overhead = { cpu: '250m', memory: '120Mi' };
    expect(requestsOf({ overhead, containers: [requests('1', '8Mi')] })).toEqual({ cpu: 1.25, memory: 128 * Mi });
    expect(cpuOf({ overhead, resources: { requests: { cpu: '4' } }, containers: [requests('1')] })).toBe(4.25);
  });
});

describe('what a pod pulls', () => {
  const pullsOf = (spec: object) => project({ metadata: { name: 'p', namespace: 'n' }, spec })?.pulls;
  const imagePullSecrets = [{ name: 'regcred' }];

  it('is kept where it names a Secret to pull it with: the names, and each image once', () => {
    const containers = [{ image: 'a:1' }, { image: 'b:1' }, {}];
    expect(pullsOf({ imagePullSecrets: [...imagePullSecrets, {}], initContainers: [{ image: 'a:1' }], containers })).toEqual({
      secrets: ['regcred'],
      images: ['a:1', 'b:1'],
    });
  });

  it('is not kept where it names none', () => {
    for (const spec of [{}, { imagePullSecrets: [] }, { imagePullSecrets: [{}], containers: [{ image: 'a:1' }] }])
      expect(pullsOf(spec)).toBeUndefined();
  });

  it('is one object for all pods that are alike, so that thousands take no more room than one', () => {
    const spec = () => ({ imagePullSecrets, containers: [{ image: 'a:1' }] });
    expect(pullsOf(spec())).toBe(pullsOf(spec()));
    expect(pullsOf(spec())).not.toBe(pullsOf({ ...spec(), containers: [{ image: 'a:2' }] }));
  });
});

describe('the workload of a pod', () => {
  const workloadOf = (kind: string, name: string, options: { labels?: Record<string, string>; controller?: boolean } = {}) =>
    project({
      metadata: {
        name: 'web-7d4b9c-x2x',
        namespace: 'shop',
        labels: options.labels,
        ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'u', controller: options.controller ?? true }],
      },
    })?.workload;

  it('is the Deployment of its ReplicaSet', () => {
    expect(workloadOf('ReplicaSet', 'web-7d4b9c', { labels: { 'pod-template-hash': '7d4b9c' } })).toBe('Deployment/shop/web');
  });

  it('is the ReplicaSet where no Deployment made it', () => {
    expect(workloadOf('ReplicaSet', 'web')).toBe('ReplicaSet/shop/web');
    expect(workloadOf('ReplicaSet', 'web', { labels: { 'pod-template-hash': 'other' } })).toBe('ReplicaSet/shop/web');
  });

  it('is the CronJob of a Job that is named after the minute that it is for', () => {
    const ofJob = (name: string, creationTimestamp?: string) =>
      project({
        metadata: {
          ...{ name: 'p', namespace: 'shop', creationTimestamp },
          ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid: 'u', controller: true }],
        },
      })?.workload;
    // 29,923,920 minutes after 1970.
    const created = '2026-11-23T12:03:00Z';
    expect(ofJob('report-29923920', created)).toBe('CronJob/shop/report');
    expect(ofJob('nightly-report-29923200', created)).toBe('CronJob/shop/nightly-report');
    expect(ofJob('report', created)).toBe('Job/shop/report');
    expect(ofJob('report-20261123', created)).toBe('Job/shop/report-20261123');
    expect(ofJob('report-39923920', created)).toBe('Job/shop/report-39923920');
    expect(ofJob('report-29923920')).toBe('Job/shop/report-29923920');
  });

  it('is its owner otherwise', () => {
    expect(workloadOf('StatefulSet', 'db')).toBe('StatefulSet/shop/db');
    expect(workloadOf('Node', 'worker-1')).toBe('Node/shop/worker-1');
  });

  it('is the pod itself where nothing owns it, or what does is not its controller', () => {
    expect(project({ metadata: { name: 'bare', namespace: 'shop' } })?.workload).toBe('Pod/shop/bare');
    expect(workloadOf('Config', 'web', { controller: false })).toBe('Pod/shop/web-7d4b9c-x2x');
  });
});

describe('of pods', () => {
  it.each(['Succeeded', 'Failed'])('those that are %s are not kept: they hold nothing', (phase) => {
    expect(project({ metadata: { name: 'p', namespace: 'n' }, status: { phase } })).toBeUndefined();
  });

  it.each(['Pending', 'Running', 'Unknown'])('those that are %s are kept', (phase) => {
    expect(project({ metadata: { name: 'p', namespace: 'n' }, status: { phase } })?.name).toBe('p');
  });
});
