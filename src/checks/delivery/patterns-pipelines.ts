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
];
