import type { Capture, Pattern } from './pattern.ts';

const step: Capture = { what: 'step', after: '"step-', until: '"' };
/** Steps that build nothing, or whose exit code is the end that something else made of them: by what they failed is not known. */
const buildsNothing: readonly string[] = [
  ...['clone', 'checkout', 'fetch', 'download', 'deploy', 'apply', 'rollout', 'push', 'publish', 'upload', 'release', 'notify', 'scan'],
  ...['sign', 'verify', 'init container failed', '"step-prepare', '"prepare"', '"place-', 'code 137', 'code 143'],
  ...['"step-kubectl', '"step-helm', '"step-argocd'],
];
const tests: readonly string[] = ['"step-test', '-test"', '-tests"', '"step-unit-', '"step-e2e', '"step-integration-'];

/** What Tekton, GitLab and GitHub say of runs, jobs and what runs them. After most others, since what they say often holds what somebody else said. */
export const runPatterns: readonly Pattern[] = [
  {
    id: 'tekton-step-timeout',
    tool: 'Tekton',
    all: ['exited because the step exceeded the specified timeout limit'],
    stage: 'Build',
    cause: 'DeadlineExceeded',
    subject: [step],
    samples: [
      {
        text: '"step-compile" exited because the step exceeded the specified timeout limit',
        source: 'tektoncd/pipeline pkg/pod/status.go',
        subject: 'step compile',
      },
      {
        text: '"step-package" exited because the step exceeded the specified timeout limit; for logs run: kubectl -n shop logs build-x7k2f-pod -c step-package\n',
        source: 'tektoncd/pipeline pkg/pod/status.go, before 0.60',
        subject: 'step package',
      },
    ],
  },
  {
    id: 'tekton-test-step',
    tool: 'Tekton',
    all: ['exited with code '],
    any: tests,
    none: buildsNothing,
    stage: 'Build',
    cause: 'TestFailed',
    subject: [step],
    samples: [
      { text: '"step-unit-test" exited with code 1', source: 'tektoncd/pipeline pkg/pod/status.go', subject: 'step unit-test' },
      {
        text: '"step-test" exited with code 2 (image: "docker.io/library/golang@sha256:1f2a"); for logs run: kubectl -n shop logs build-x7k2f-test-pod -c step-test\n',
        source: 'tektoncd/pipeline pkg/pod/status.go, before 0.60',
        subject: 'step test',
      },
    ],
  },
  {
    id: 'tekton-step',
    tool: 'Tekton',
    all: ['"step-', 'exited with code '],
    none: [...buildsNothing, ...tests],
    stage: 'Build',
    cause: 'BuildFailed',
    subject: [step],
    samples: [
      { text: '"step-compile" exited with code 1', source: 'tektoncd/pipeline pkg/pod/status.go', subject: 'step compile' },
      {
        text: '"step-build-and-pack" exited with code 1 (image: "registry.example.com/ci/kaniko@sha256:1f2a"); for logs run: kubectl -n shop logs build-x7k2f-pod -c step-build-and-pack\n',
        source: 'tektoncd/pipeline pkg/pod/status.go, before 0.60',
        subject: 'step build-and-pack',
      },
    ],
  },
  {
    id: 'github-runner-pods',
    tool: 'Actions Runner Controller',
    all: ['pod has failed to start more than 5 times'],
    stage: 'Queue',
    cause: 'RunnerUnavailable',
    samples: [
      {
        text: 'Pod has failed to start more than 5 times',
        source: 'actions/actions-runner-controller controllers/actions.github.com/ephemeralrunner_controller.go, 0.4',
      },
      {
        text: 'Pod has failed to start more than 5 times: ',
        source: 'actions/actions-runner-controller controllers/actions.github.com/ephemeralrunner_controller.go, 0.12',
      },
    ],
  },
  {
    id: 'runner-lost',
    tool: 'GitHub Actions runner',
    all: [],
    any: [
      'a session for this runner already exists',
      'already has an active session',
      'the runner registration has been deleted from the server',
    ],
    stage: 'Queue',
    cause: 'RunnerUnavailable',
    samples: [
      {
        text: 'Failed to create a session. The runner registration has been deleted from the server, please re-configure. Runner registrations are automatically deleted for runners that have not connected to the service recently.',
        source: 'https://github.com/quipper/actions-runner/pull/212',
      },
      {
        text: 'Failed to create session. The actions runner se-ci-agent-15-sdk-runner-7 already has an active session.',
        source: 'https://github.com/actions/runner/issues/1506',
      },
      { text: 'A session for this runner already exists.', source: 'https://github.com/actions/runner/issues/3441' },
    ],
  },
  {
    id: 'runner-none',
    tool: 'GitLab, GitHub',
    all: [],
    any: [
      ...["doesn't have any runners online", 'there are no active runners online', 'waiting for a runner to pick up this job'],
      "you don't have any active runners",
    ],
    stage: 'Queue',
    cause: 'RunnerUnavailable',
    samples: [
      {
        text: "This job is stuck because of one of the following problems. There are no active runners online, no runners for the protected branch, or no runners that match all of the job's tags: docker",
        source: 'https://github.com/getzola/zola/issues/2509',
      },
      {
        text: 'Requested labels: runs-on, runner=large\nJob defined at: team/shop/.github/workflows/ci.yaml@refs/heads/main\nWaiting for a runner to pick up this job...',
        source: 'https://github.com/runs-on/runs-on/issues/168',
      },
    ],
  },
  {
    id: 'runner-token-refused',
    tool: 'GitLab runner',
    all: [],
    any: ['checking for jobs... forbidden', 'registering runner... forbidden'],
    cause: 'CredentialsRejected',
    samples: [
      { text: 'ERROR: Checking for jobs... forbidden', source: 'https://github.com/mawalu/hetzner-gitlab-runner/issues/8' },
      {
        text: 'ERROR: Registering runner... forbidden (check registration token)',
        source: 'https://github.com/sameersbn/docker-gitlab/issues/2720',
      },
    ],
  },
  {
    id: 'github-credentials-rejected',
    tool: 'GitHub',
    all: [],
    any: ['bad credentials', 'resource not accessible by integration'],
    cause: 'CredentialsRejected',
    samples: [
      {
        text: 'failed to create registration token: POST https://github.example.com/api/v3/repos/runner-test/runner-1/actions/runners/registration-token: 401 Bad credentials []',
        source: 'https://github.com/actions/actions-runner-controller/issues/725',
      },
      {
        text: 'GET https://api.github.com/repos/team/shop/actions/runs: 403 Resource not accessible by integration []',
        source: 'https://github.com/actions/actions-runner-controller/issues/90',
      },
    ],
  },
  {
    id: 'run-pod-not-started',
    tool: 'GitLab runner',
    all: ['timed out waiting for pod to start'],
    stage: 'Queue',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'ERROR: Job failed (system failure): prepare environment: waiting for pod running: timed out waiting for pod to start',
        source: 'gitlab-org/gitlab-runner executors/kubernetes/util.go',
      },
      {
        text: 'prepare environment: waiting for pod running: timed out waiting for pod to start',
        source: 'https://github.com/kubernetes/kubernetes/issues/107649',
      },
    ],
  },
  {
    id: 'run-too-long',
    tool: 'Tekton, GitLab runner, GitHub',
    all: [],
    any: ['" failed to finish within "', 'job failed: execution took longer than ', 'has exceeded the maximum execution time of '],
    stage: 'Build',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'TaskRun pipeline-includes-two-steps-which-fail-randomly-run-rando-8r5ck has failed (TaskRun "pipeline-includes-two-steps-which-fail-randomly-run-rando-8r5ck" failed to finish within "20s")',
        source: 'https://github.com/kubeflow/kfp-tekton/pull/68',
      },
      {
        text: 'ERROR: Job failed: execution took longer than 30s seconds',
        source: 'https://github.com/DataBiosphere/azul/issues/7026',
      },
      {
        text: 'The job running on runner GitHub Actions 3 has exceeded the maximum execution time of 360 minutes.',
        source: 'https://github.com/lowlighter/metrics/issues/731',
      },
    ],
  },
  {
    id: 'tekton-reference-missing',
    tool: 'Tekton',
    all: ['tekton.dev "', '" not found'],
    any: ["couldn't retrieve task", 'error when listing pipelines', 'error when listing tasks', 'error retrieving pipeline'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [
      { what: 'Task', after: 'couldn\'t retrieve task "', until: '"' },
      { what: 'Pipeline', after: 'pipelines.tekton.dev "', until: '"' },
      { what: 'Pipeline', after: 'pipeline.tekton.dev "', until: '"' },
    ],
    samples: [
      {
        text: 'Pipeline pull-4-whu1/tekton-as-code-check can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "git-clone": task.tekton.dev "git-clone" not found',
        source: 'https://github.com/chmouel/tekton-asa-code/pull/4',
        subject: 'Task git-clone',
      },
      {
        text: 'Pipeline myapp-cicd/petclinic-deploy-dev can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "s2i-java-8-pr": clustertask.tekton.dev "s2i-java-8-pr" not found',
        source: 'https://github.com/siamaksade/tekton-cd-demo/issues/6',
        subject: 'Task s2i-java-8-pr',
      },
    ],
  },
];
