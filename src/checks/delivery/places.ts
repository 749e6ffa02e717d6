import type { Cause, Stage } from '../../api/v1alpha1/fields.ts';

/** What a runner does before the work begins; what is refused then is a pod. */
export const beginnings: readonly string[] = [
  ...['prepare environment: ', 'setting up build pod', 'waiting for pod running', 'waiting for pod to start'],
  ...['registering runner', 'verifying runner', 'checking for jobs'],
  ...['failed to create task run pod', 'translating taskspec to pod', 'translating build to pod'],
];

/**
 * What was being done, by words that only come with it; the first that applies, so what is done within something else stands before it. It
 * decides the stage where the fault could be in many.
 */
export const places: readonly { stage: Stage; any: readonly string[] }[] = [
  {
    // What it could not decrypt with is a matter of identity, or it is not: the rows say so where the text does.
    stage: 'Unknown',
    any: ['data key', 'decryption failed', 'sops encrypted'],
  },
  {
    // GitLab says it of a job that may have been running, or not.
    stage: 'Unknown',
    any: ['timeout failure or the job got stuck', 'there has been a runner system failure'],
  },
  {
    // Before what is fetched: a remote base is fetched while building.
    stage: 'Build',
    any: ['accumulating resources', 'helm template'],
  },
  {
    // An index is read while a chart is fetched.
    stage: 'Source',
    any: ['index.yaml', 'info/refs'],
  },
  {
    stage: 'Artifact',
    any: [
      ...['failed to pull image', 'failed to pull and unpack image', 'pulling image', 'pinging container registry', 'image pull failed'],
      ...['/manifests/', '/blobs/', '/v2/": ', '/v2/: ', 'registry-1.docker.io', 'auth.docker.io', 'failed to determine artifact digest'],
      ...['failed to download chart', 'failed to fetch chart', 'failed to pull artifact', '.tgz"', '.tgz:', '.tgz :'],
      ...['failed to pull the image', '"step-push'],
    ],
  },
  {
    stage: 'Verify',
    any: ['health check failed', 'failed to verify the signature', 'signature verification of '],
  },
  {
    // It reads an index and fetches a chart: which of the two failed only an address says.
    stage: 'Unknown',
    any: ['helm pull', 'helm dependency build'],
  },
  {
    stage: 'Build',
    any: ['kustomize build'],
  },
  {
    stage: 'Source',
    any: [
      ...['unable to clone', 'unable to list remote', 'failed to checkout and determine revision', 'failed to list refs'],
      ...['failed to fetch helm repository index', 'git fetch', 'git ls-remote', 'git clone', 'fatal: unable to access'],
      ...['failed to initialize repository', 'could not read from remote repository', 'the remote end hung up', 'ssh: handshake failed'],
      ...['error testing repository connectivity', 'getting source from git repository'],
      ...['"step-clone', '"step-git-', 'error requesting remote resource', "it contains tasks that don't exist"],
    ],
  },
  {
    stage: 'Queue',
    any: beginnings,
  },
  {
    stage: 'Deploy',
    any: [
      ...[
        'failed calling webhook',
        'dry-run failed',
        'failed to apply',
        'one or more synchronization tasks',
        'failed to get cluster info for',
      ],
      ...['another operation (install/upgrade/rollback) is in progress', 'cannot be imported into the current release', '"step-deploy'],
    ],
  },
];

/** Where that is to be repaired which these say, wherever it was said. */
export const stagesOfCauses: Readonly<Partial<Record<Cause, Stage>>> = {
  CredentialsMissing: 'Authentication',
  CredentialsRejected: 'Authentication',
  VerificationFailed: 'Verify',
  ProbeFailed: 'Verify',
};

/** Words of credentials: what says one of these and tells no cause may be Authentication as well as what was being done. */
export const wordsOfIdentity: readonly string[] = [
  ...['denied', 'unauthorized', 'forbidden', 'authenticat', 'authoriz', 'permission', 'credential', 'username', 'password'],
  ...['access key', 'access token', 'access_token', 'registration token', ' 401', ' 403'],
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
  InvalidImageName: { stage: 'Deploy', cause: 'InvalidManifest' },
  ErrImageNeverPull: { stage: 'Artifact', cause: 'ImageMissing' },
  RegistryUnavailable: { stage: 'Artifact', cause: 'NetworkUnreachable' },
  SignatureValidationFailed: { cause: 'VerificationFailed' },
  CrashLoopBackOff: { stage: 'Deploy', cause: 'CrashLoop' },
  OOMKilled: { stage: 'Deploy', cause: 'CrashLoop' },
  RunContainerError: { stage: 'Deploy', cause: 'CrashLoop' },
  StartError: { stage: 'Deploy', cause: 'CrashLoop' },
  CreateContainerError: { stage: 'Deploy', cause: 'Unknown' },
  CreateContainerConfigError: { stage: 'Deploy', cause: 'Unknown' },
  FailedMount: { stage: 'Deploy', cause: 'Unknown' },
  FailedAttachVolume: { stage: 'Deploy', cause: 'Unknown' },
  FailedCreatePodSandBox: { stage: 'Deploy', cause: 'Unknown' },
  Unhealthy: { cause: 'ProbeFailed' },
  FailedScheduling: { stage: 'Deploy', cause: 'Unschedulable' },
  Unschedulable: { stage: 'Deploy', cause: 'Unschedulable' },
  ProgressDeadlineExceeded: { stage: 'Deploy', cause: 'DeadlineExceeded' },
  DeadlineExceeded: { cause: 'DeadlineExceeded' },
  BackoffLimitExceeded: { cause: 'CrashLoop' },
  AuthenticationFailed: { cause: 'CredentialsMissing' },
  GitOperationFailed: { stage: 'Source', cause: 'Unknown' },
  VerificationError: { cause: 'VerificationFailed' },
  DependencyNotReady: { stage: 'Queue', cause: 'DependencyNotReady' },
  BuildFailed: { stage: 'Build', cause: 'Unknown' },
  Missing: { stage: 'Deploy', cause: 'Unknown' },
  HealthCheckFailed: { stage: 'Verify', cause: 'Unknown' },
  PruneFailed: { stage: 'Deploy', cause: 'Unknown' },
  TestFailed: { stage: 'Verify', cause: 'TestFailed' },
  TaskRunTimeout: { stage: 'Build', cause: 'DeadlineExceeded' },
  PipelineRunTimeout: { stage: 'Build', cause: 'DeadlineExceeded' },
  TaskRunImagePullFailed: { stage: 'Artifact', cause: 'Unknown' },
  TaskRunResolutionFailed: { stage: 'Source', cause: 'Unknown' },
  CouldntGetPipeline: { stage: 'Source', cause: 'Unknown' },
  CouldntGetTask: { stage: 'Source', cause: 'Unknown' },
  ResourceVerificationFailed: { stage: 'Verify', cause: 'VerificationFailed' },
  PodCreationFailed: { stage: 'Queue', cause: 'Unknown' },
  CreateRunFailed: { stage: 'Queue', cause: 'Unknown' },
  ParameterMissing: { cause: 'InvalidManifest' },
  ParameterTypeMismatch: { cause: 'InvalidManifest' },
  ObjectParameterMissKeys: { cause: 'InvalidManifest' },
  InvalidParamValue: { cause: 'InvalidManifest' },
  InvalidWorkspaceBindings: { cause: 'InvalidManifest' },
  InvalidTaskRunSpecs: { cause: 'InvalidManifest' },
  InvalidTaskResultReference: { cause: 'InvalidManifest' },
  PipelineInvalidGraph: { cause: 'InvalidManifest' },
  PipelineValidationFailed: { cause: 'InvalidManifest' },
  TaskRunValidationFailed: { cause: 'InvalidManifest' },
  TaskValidationFailed: { cause: 'InvalidManifest' },
  TooManyPodFailures: { stage: 'Queue', cause: 'RunnerUnavailable' },
  InvalidPod: { stage: 'Queue', cause: 'InvalidManifest' },
  ExceededResourceQuota: { stage: 'Queue', cause: 'QuotaExceeded' },
  ExceededNodeResources: { stage: 'Queue', cause: 'Unschedulable' },
};

/** The stage that an object of this kind is about, whatever is wrong with it; a Kustomization or an Application may be at any. */
export const stagesOfKinds: Readonly<Record<string, Stage>> = {
  GitRepository: 'Source',
  HelmRepository: 'Source',
  Bucket: 'Source',
  OCIRepository: 'Artifact',
  Deployment: 'Deploy',
  ReplicaSet: 'Deploy',
  StatefulSet: 'Deploy',
  DaemonSet: 'Deploy',
  Job: 'Deploy',
  CronJob: 'Deploy',
  EphemeralRunner: 'Queue',
  EphemeralRunnerSet: 'Queue',
  AutoscalingRunnerSet: 'Queue',
  AutoscalingListener: 'Queue',
  Runner: 'Queue',
  RunnerDeployment: 'Queue',
  RunnerReplicaSet: 'Queue',
  RunnerSet: 'Queue',
};

/** Kinds whose pods are the work itself: as long as one cannot be made or placed, the work waits. */
export const worksOfPods: ReadonlySet<string> = new Set(['Job', 'CronJob', 'CIJob', 'TaskRun', 'PipelineRun', 'Task', 'Pipeline']);
