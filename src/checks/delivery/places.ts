import type { Cause, Stage } from '../../api/v1alpha1/fields.ts';

/** What was being done, by words that only come with it; the first that applies. It decides the stage where the fault could be in many. */
export const places: readonly { stage: Stage; any: readonly string[] }[] = [
  {
    stage: 'Artifact',
    any: [
      ...['failed to pull image', 'failed to pull and unpack image', 'pulling image', 'pinging container registry'],
      ...['/manifests/', '/blobs/', 'registry-1.docker.io', 'auth.docker.io', 'failed to fetch helm repository index'],
      ...['failed to download chart', 'failed to fetch chart', 'failed to pull artifact', 'index.yaml'],
    ],
  },
  {
    stage: 'Source',
    any: [
      ...['unable to clone', 'unable to list remote', 'failed to checkout and determine revision', 'failed to list refs'],
      ...[
        'failed to generate manifest for source',
        'git fetch',
        'git ls-remote',
        'git clone',
        'fatal: unable to access',
        'info/refs',
        'failed to initialize repository',
      ],
    ],
  },
  {
    stage: 'Deploy',
    any: ['failed calling webhook', 'dry-run failed', 'failed to apply', 'is forbidden:', 'failed to get cluster info for'],
  },
];

interface Verdict {
  stage?: Stage;
  cause: Cause;
}

/**
 * Reasons that a condition or a container gives by themselves. Of Flux AuthenticationFailed means that the Secret is missing: what a server
 * refuses is GitOperationFailed.
 */
export const reasons: Readonly<Record<string, Verdict>> = {
  ErrImagePull: { stage: 'Artifact', cause: 'Unknown' },
  ImagePullBackOff: { stage: 'Artifact', cause: 'Unknown' },
  InvalidImageName: { stage: 'Artifact', cause: 'InvalidManifest' },
  ErrImageNeverPull: { stage: 'Artifact', cause: 'ImageMissing' },
  RegistryUnavailable: { stage: 'Artifact', cause: 'NetworkUnreachable' },
  SignatureValidationFailed: { stage: 'Artifact', cause: 'VerificationFailed' },
  CrashLoopBackOff: { stage: 'Verify', cause: 'CrashLoop' },
  OOMKilled: { stage: 'Verify', cause: 'CrashLoop' },
  Unschedulable: { stage: 'Deploy', cause: 'Unschedulable' },
  ProgressDeadlineExceeded: { stage: 'Deploy', cause: 'DeadlineExceeded' },
  DeadlineExceeded: { cause: 'DeadlineExceeded' },
  BackoffLimitExceeded: { cause: 'CrashLoop' },
  CreateContainerConfigError: { stage: 'Deploy', cause: 'Unknown' },
  AuthenticationFailed: { stage: 'Authentication', cause: 'CredentialsMissing' },
  GitOperationFailed: { stage: 'Source', cause: 'Unknown' },
  VerificationError: { stage: 'Source', cause: 'VerificationFailed' },
  DependencyNotReady: { stage: 'Deploy', cause: 'DependencyNotReady' },
  SyncError: { stage: 'Deploy', cause: 'Unknown' },
  OperationFailed: { stage: 'Deploy', cause: 'Unknown' },
  Missing: { stage: 'Deploy', cause: 'Unknown' },
  Degraded: { stage: 'Verify', cause: 'Unknown' },
  HealthCheckFailed: { stage: 'Verify', cause: 'Unknown' },
  ReconciliationFailed: { stage: 'Deploy', cause: 'Unknown' },
  InstallFailed: { stage: 'Deploy', cause: 'Unknown' },
  UpgradeFailed: { stage: 'Deploy', cause: 'Unknown' },
  TestFailed: { stage: 'Verify', cause: 'TestFailed' },
  TaskRunTimeout: { cause: 'DeadlineExceeded' },
  PipelineRunTimeout: { cause: 'DeadlineExceeded' },
};

/** The stage that an object of this kind is about, whatever is wrong with it. */
export const stagesOfKinds: Readonly<Record<string, Stage>> = {
  GitRepository: 'Source',
  HelmRepository: 'Source',
  OCIRepository: 'Source',
  Bucket: 'Source',
  Kustomization: 'Deploy',
  HelmRelease: 'Deploy',
  Deployment: 'Deploy',
  StatefulSet: 'Deploy',
  DaemonSet: 'Deploy',
  Job: 'Verify',
  CronJob: 'Verify',
  EphemeralRunner: 'Queue',
  AutoscalingRunnerSet: 'Queue',
};
