import type { Scope } from '../api/v1alpha1/coveragereport.ts';
import type { Tier } from '../api/v1alpha1/fields.ts';

/** How an object of the baseline changed. */
export type Change =
  /** The whole object is new. */
  | 'Added'
  /** A value became another. */
  | 'Changed'
  /** An image, or a list of them, became another program: registry and version aside. */
  | 'OtherProgram'
  /** A version, or the newest of a list, moved by more than one minor. */
  | 'MoreThanOneMinor';

/** What must be true of where it is. */
export type Place = 'ApplicationNamespace' | 'NewModule' | 'ManagedControlPlane';

/** One shipped rule. Everything that it gives must match. */
export interface ShippedRule {
  /** Permanent. */
  id: string;
  assign: Scope;
  /** One line; findings show it after `shipped: `. */
  reason: string;
  about: 'Finding' | 'Drift';
  /** Ids of checks or facts. Absent: any. */
  checks?: readonly string[];
  /** Globs. */
  objects?: readonly string[];
  /** Reasons of a finding. */
  reasons?: readonly string[];
  /** Globs over the path of drift. */
  paths?: readonly string[];
  change?: Change;
  place?: Place;
  /** Tiers of the coverage. Absent: all. */
  tiers?: readonly Tier[];
}

/**
 * Whose work it is where the coverage's own rules say nothing; the first that matches decides, and what none matches is support's. They say
 * only what can be told from the finding itself: where it may be anybody's, it is support's.
 */
export const shippedRules: readonly ShippedRule[] = [
  {
    id: 'new-node-pool',
    assign: 'Project',
    reason: 'a new node pool is separate scope',
    about: 'Drift',
    checks: ['node-pools'],
    change: 'Added',
  },
  {
    id: 'new-module',
    assign: 'Project',
    reason: 'a new platform module is separate scope',
    about: 'Drift',
    checks: [
      'platform-modules',
      'storage-classes',
      'ingress-classes',
      'gateway-classes',
      'csi-drivers',
      'admission-webhooks',
      'apiservices',
      'log-collectors',
      'namespaces',
    ],
    change: 'Added',
  },
  {
    // Beside the releases, this fact has an entry that says that it was read.
    id: 'new-release',
    assign: 'Project',
    reason: 'a new Helm release of the platform is separate scope',
    about: 'Drift',
    checks: ['helm-releases'],
    objects: ['HelmRelease/*'],
    change: 'Added',
  },
  {
    id: 'part-of-new-module',
    assign: 'Project',
    reason: 'it is a part of a new platform module, which is separate scope',
    about: 'Drift',
    change: 'Added',
    place: 'NewModule',
  },
  {
    id: 'replaced-class',
    assign: 'Project',
    reason: 'to replace a platform module is separate scope',
    about: 'Drift',
    checks: ['storage-classes', 'ingress-classes', 'gateway-classes'],
    paths: ['provisioner', 'controller', 'controllerName'],
    change: 'Changed',
  },
  {
    id: 'replaced-program',
    assign: 'Project',
    reason: 'to replace a platform module is separate scope',
    about: 'Drift',
    checks: ['platform-workloads', 'log-collectors'],
    paths: ['images', 'images.*'],
    change: 'OtherProgram',
  },
  {
    // Of Kubernetes only: add-ons bring out minors as others bring out patches, and patching is support.
    id: 'more-than-one-minor',
    assign: 'Project',
    reason: 'a move of more than one minor version is separate scope',
    about: 'Drift',
    checks: ['cluster-version', 'node-pools'],
    paths: ['version', 'kubeletVersions'],
    change: 'MoreThanOneMinor',
  },
  {
    // The Leases of a managed control plane are not to be seen: controller-lease-stale does not apply there.
    id: 'managed-control-plane',
    assign: 'Provider',
    reason: 'the provider runs the control plane',
    about: 'Finding',
    checks: ['apiserver-readyz'],
    place: 'ManagedControlPlane',
  },
  {
    // A node condition that AKS sets (Azure: Node Problem Detector in AKS nodes); node-problem looks at it where its parameter says so.
    id: 'machine-event',
    assign: 'Provider',
    reason: 'the provider has planned to stop or move the machine',
    about: 'Finding',
    checks: ['node-problem'],
    reasons: ['VMEventScheduled'],
  },
  {
    id: 'deployment-incident',
    assign: 'Support',
    reason: 'at Level3 a deployment incident is support',
    about: 'Finding',
    checks: ['helm-release-stuck', 'rollout-stuck', 'job-failed'],
    tiers: ['Level3'],
  },
  {
    // rollout-stuck owns the pods of a rollout; what these report fails without one.
    id: 'own-failure',
    assign: 'Customer',
    reason: 'the application fails by its own doing',
    about: 'Finding',
    checks: ['pod-crashloop', 'pod-oomkilled', 'pod-not-ready', 'container-waiting', 'helm-release-stuck', 'rollout-stuck', 'job-failed'],
    place: 'ApplicationNamespace',
  },
  {
    // Of the same matter as own-failure: such an alert goes on for some minutes when the check sees nothing any more.
    id: 'own-failure-alert',
    assign: 'Customer',
    reason: 'the application fails by its own doing, as an alert says',
    about: 'Finding',
    checks: ['alert-firing'],
    reasons: ['KubePodCrashLooping', 'KubePodNotReady', 'KubeContainerWaiting'],
    place: 'ApplicationNamespace',
  },
];

/** What is said of everything that no rule is about. */
export const everythingElse = { assign: 'Support', reason: 'everything else in the tier' } as const;
