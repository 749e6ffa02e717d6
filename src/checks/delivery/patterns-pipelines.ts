import type { Capture, Pattern } from './pattern.ts';

const step: Capture = { what: 'step', after: '"step-', until: '"' };
/** Steps that build nothing, or whose exit code is the end that something else made of them: by what they failed is not known. */
const buildsNothing: readonly string[] = [
  ...['clone', 'checkout', 'fetch', 'download', 'deploy', 'apply', 'rollout', 'push', 'publish', 'upload', 'release', 'notify', 'scan'],
  ...['sign', 'verify', 'init container failed', '"step-prepare', '"prepare"', '"place-', 'code 137', 'code 143'],
];
const tests: readonly string[] = ['"step-test', '-test"', '-tests"', '"step-unit-', '"step-e2e', '"step-integration-'];

/** What pipelines, and what runs jobs, say of their own. After all others, since what they say often holds what somebody else said. */
export const pipelinePatterns: readonly Pattern[] = [
  {
    id: 'tekton-no-such-task',
    tool: 'Tekton',
    all: ["can't be run; it contains tasks that don't exist", 'not found'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [{ what: 'Task', after: 'couldn\'t retrieve task "', until: '"' }],
    samples: [
      {
        text: 'Pipeline shop/build can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "unit-tests": tasks.tekton.dev "unit-tests" not found',
        source: 'tektoncd/pipeline pkg/reconciler/pipelinerun/pipelinerun.go',
        subject: 'Task unit-tests',
      },
      {
        text: 'Pipeline ci/release can\'t be Run; it contains Tasks that don\'t exist: Couldn\'t retrieve Task "kaniko": clustertasks.tekton.dev "kaniko" not found',
        source: 'tektoncd/pipeline pkg/reconciler/pipelinerun/pipelinerun.go, with a ClusterTask',
        subject: 'Task kaniko',
      },
    ],
  },
  {
    id: 'tekton-no-such-pipeline',
    tool: 'Tekton',
    all: ['error retrieving pipeline for pipelinerun'],
    any: ['" not found', 'could not find object in image with kind: pipeline'],
    stage: 'Source',
    cause: 'NotFound',
    subject: [{ what: 'Pipeline', after: 'pipelines.tekton.dev "', until: '"' }],
    samples: [
      {
        text: 'Error retrieving pipeline for pipelinerun shop/build-x7k2f: error when listing pipelines for pipelineRun build-x7k2f: pipelines.tekton.dev "build" not found',
        source: 'tektoncd/pipeline pkg/reconciler/pipelinerun/pipelinespec/pipelinespec.go',
        subject: 'Pipeline build',
      },
      {
        text: 'Error retrieving pipeline for pipelinerun ci/nightly-4: error when listing pipelines for pipelineRun nightly-4: could not find object in image with kind: pipeline and name: nightly',
        source: 'tektoncd/pipeline pkg/resolution/resolver/bundle/bundle.go',
      },
    ],
  },
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
    id: 'tekton-run-timeout',
    tool: 'Tekton',
    all: ['run "', 'failed to finish within'],
    stage: 'Build',
    cause: 'DeadlineExceeded',
    samples: [
      {
        text: 'PipelineRun "build-x7k2f" failed to finish within "1h0m0s"',
        source: 'tektoncd/pipeline pkg/apis/pipeline/v1/pipelinerun_types.go',
      },
      { text: 'TaskRun "scan-8dk2p" failed to finish within "10m0s"', source: 'tektoncd/pipeline pkg/reconciler/taskrun/taskrun.go' },
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
];
