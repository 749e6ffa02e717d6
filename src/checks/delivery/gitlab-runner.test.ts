import { type ClusterFixture, minutesAgo } from '../../../test/fixtures/cluster.ts';
import { findingsOf, verdictOf } from '../../../test/fixtures/evaluate.ts';
import { workloadMismatch } from '../workloads/workload-mismatch.ts';
import { gitlabRunner } from './gitlab-runner.ts';
import { rolloutStuck } from './rollout-stuck.ts';

const withGitLab = { deliveryTooling: ['GitLabRunner' as const] };
const found = (cluster: ClusterFixture) => findingsOf(gitlabRunner, cluster, {}, withGitLab);

interface ManagerFixture {
  ready?: number;
  replicas?: number;
  /** Minutes since it is not available; default 30. */
  since?: number;
  labels?: Record<string, string>;
  metadata?: object;
  conditions?: object[];
}

const chartLabels = { app: 'ci-gitlab-runner', chart: 'gitlab-runner-0.80.1', release: 'ci', heritage: 'Helm' };

function manager({ ready = 0, replicas = 1, since = 30, labels = chartLabels, metadata, conditions = [] }: ManagerFixture = {}) {
  const available = { type: 'Available', status: ready < replicas ? 'False' : 'True', lastTransitionTime: minutesAgo(since) };
  return {
    metadata: { name: 'ci-gitlab-runner', namespace: 'gitlab', generation: 1, labels, ...metadata },
    spec: { replicas },
    status: { observedGeneration: 1, readyReplicas: ready, conditions: [available, ...conditions] },
  };
}

describe('gitlab-runner fires', () => {
  it('on a runner manager without a ready pod, which takes no jobs', () => {
    expect(found({ deployments: [manager()] })).toEqual([
      {
        object: 'Deployment/gitlab/ci-gitlab-runner',
        severity: 'warning',
        reason: 'NotReady',
        message:
          'Deployment/gitlab/ci-gitlab-runner (runner manager of GitLab) has 0 of 1 pods ready, so that it takes no jobs. Read the log, and the Events of its pods: kubectl -n gitlab logs deployment/ci-gitlab-runner.',
      },
    ]);
  });

  it('on one with fewer than it should have, which still takes some', () => {
    expect(found({ deployments: [manager({ ready: 1, replicas: 2 })] })[0]?.message).toContain('has 1 of 2 pods ready. Read the log');
  });

  it.each([{ 'app.kubernetes.io/name': 'gitlab-runner' }, { app: 'gitlab-runner' }])('on one that is known by its label %p', (labels) => {
    expect(found({ statefulsets: [manager({ labels })] })).toMatchObject([{ object: 'StatefulSet/gitlab/ci-gitlab-runner' }]);
  });
});

describe('gitlab-runner at its boundaries', () => {
  it('fires after 15 minutes and not a minute before', () => {
    expect(found({ deployments: [manager({ since: 15 })] })).toHaveLength(1);
    expect(found({ deployments: [manager({ since: 14 })] })).toEqual([]);
  });
});

describe('gitlab-runner is silent', () => {
  it.each<[string, object]>([
    ['one that is ready', manager({ ready: 1 })],
    ['one that is scaled to none', manager({ replicas: 0 })],
    ['one whose newest spec its controller has not seen', manager({ metadata: { generation: 2 } })],
    ['one that is being deleted', manager({ metadata: { deletionTimestamp: minutesAgo(1) } })],
    ['another workload', manager({ labels: { app: 'web' } })],
    ['what only sounds like it', manager({ labels: { app: 'gitlab-runner-dashboard' } })],
  ])('about %s', (_, deployment) => {
    expect(found({ deployments: [manager({ ready: 1, metadata: { name: 'other' } }), deployment] })).toEqual([]);
  });

  it('about a namespace that is not covered', () => {
    expect(findingsOf(gitlabRunner, { deployments: [manager()] }, {}, { ...withGitLab, namespaces: { exclude: ['gitlab'] } })).toEqual([]);
  });
});

describe('a runner manager is told of once', () => {
  const stuck = manager({
    conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastTransitionTime: minutesAgo(60) }],
  });

  it.each([workloadMismatch, rolloutStuck])('and not by $id too', (check) => {
    expect(findingsOf(check, { deployments: [stuck] }, {}, withGitLab)).toEqual([]);
    expect(findingsOf(check, { deployments: [manager()] }, {}, withGitLab)).toEqual([]);
  });

  it('and by those where it is not covered', () => {
    expect(findingsOf(rolloutStuck, { deployments: [stuck] })).toHaveLength(1);
    expect(findingsOf(workloadMismatch, { deployments: [manager()] })).toHaveLength(1);
    expect(findingsOf(workloadMismatch, { deployments: [manager()] }, {}, { tier: 'Level2' })).toHaveLength(1);
  });
});

describe('gitlab-runner leaves what is unknown, not healthy', () => {
  it('where Deployments may not be read', () => {
    const denied = { state: 'NotPermitted', message: 'the operator may not list and watch deployments' } as const;
    expect(verdictOf(gitlabRunner, { knowledge: { deployments: denied } }, withGitLab)).toBe(`Unknown: ${denied.message}`);
  });

  it('and is NotApplicable where it is not named or not there', () => {
    expect(verdictOf(gitlabRunner, {})).toBe('NotApplicable: scope.deliveryTooling does not name GitLabRunner');
    expect(verdictOf(gitlabRunner, {}, withGitLab)).toContain('NotApplicable: no Deployment or StatefulSet has the labels');
  });
});
