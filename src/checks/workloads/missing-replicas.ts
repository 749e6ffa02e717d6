/** Alerts of kubernetes-mixin about a workload that has too few good pods, whatever the reason. */
export const missingReplicas: readonly string[] = [
  'KubeDeploymentReplicasMismatch',
  'KubeDeploymentRolloutStuck',
  'KubeStatefulSetReplicasMismatch',
  'KubeStatefulSetUpdateNotRolledOut',
  'KubeDaemonSetRolloutStuck',
];
