import type { Distribution } from '../../observe/platform.ts';
import type { WorkloadView } from '../../observe/resources/workloads.ts';

/** Software by what its charts and manifests have in common. */
export interface Signature {
  /** Ends of the image's repository, at a slash: `node-exporter` is also `quay.io/prometheus/node-exporter`. */
  images: readonly string[];
  /** Values of the labels app.kubernetes.io/name and k8s-app. */
  names: readonly string[];
}

/** One part of the observability stack that an agreement covers. */
export interface Layer {
  /** As messages call it. */
  title: string;
  /** What is lost without it; follows "so". */
  loss: string;
  kinds: readonly WorkloadView['kind'][];
  signature: Signature;
  /** What may do the same unseen, as it is configured; where only that is there, nothing can be said. */
  standIns: Signature;
  /** Where the provider may give the layer from outside of the cluster, and how. */
  outside: Partial<Record<Distribution, string>>;
}

/** Containers that run beside the one that a workload is about, and that some charts put first. */
export const helperImages: readonly string[] = [
  'prometheus-config-reloader',
  'configmap-reload',
  'config-reloader',
  'kube-rbac-proxy',
  'addon-token-adapter',
];

/** Metrics agents that can collect for themselves what the layers below collect for Prometheus. */
const metricsAgents: Signature = {
  images: [
    'grafana/alloy',
    'grafana/agent',
    'opentelemetry-collector',
    'opentelemetry-collector-contrib',
    'opentelemetry-collector-k8s',
    'aws-otel-collector',
    'splunk-otel-collector',
    'datadoghq/agent',
    'datadog/agent',
    'datadoghq/cluster-agent',
    'datadog/cluster-agent',
    'dynatrace-oneagent',
    'dynatrace/oneagent',
    'linux/oneagent',
    'newrelic/infrastructure-k8s',
    'newrelic/nri-kubernetes',
    'elastic-agent/elastic-agent',
    'beats/elastic-agent',
    'beats/metricbeat',
    'cloudwatch-agent/cloudwatch-agent',
    'gke-metrics-agent',
    'instana/agent',
    'sysdig/agent',
    'telegraf',
    'zabbix/zabbix-agent2',
    'ciprod/prometheus-collector/images',
    'azuremonitor/containerinsights/ciprod',
  ],
  names: [
    'alloy',
    'grafana-agent',
    'opentelemetry-collector',
    'splunk-otel-collector',
    'datadog-agent-deployment',
    'datadog',
    'oneagent',
    'dynatrace',
    'newrelic-infrastructure',
    'elastic-agent',
    'metricbeat',
    'cloudwatch-agent',
    'gke-metrics-agent',
    'instana-agent',
    'telegraf',
  ],
};

const nothing: Signature = { images: [], names: [] };

export const kubeStateMetrics: Layer = {
  title: 'kube-state-metrics',
  loss: 'alerts about pods, Deployments, nodes and volumes have nothing to judge',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet'],
  signature: { images: ['kube-state-metrics'], names: ['kube-state-metrics'] },
  standIns: metricsAgents,
  outside: {},
};

export const nodeExporter: Layer = {
  title: 'node-exporter',
  loss: 'the disks, memory and network of nodes are not measured',
  kinds: ['DaemonSet'],
  signature: { images: ['node-exporter', 'prometheus-node-exporter'], names: ['node-exporter', 'prometheus-node-exporter'] },
  standIns: metricsAgents,
  outside: {
    aks: 'AKS runs it as a service of the node image, which is no object of the cluster',
    gke: 'GKE measures its nodes for Cloud Monitoring with agents of its own',
  },
};

export const logCollector: Layer = {
  title: 'log collector',
  loss: 'the logs of pods are lost with them',
  kinds: ['DaemonSet'],
  signature: {
    images: [
      'fluent-bit',
      'fluentbit',
      'aws-for-fluent-bit',
      'fluentd',
      'fluentd-kubernetes-daemonset',
      'vector',
      'vector-rhel9',
      'promtail',
      'grafana/alloy',
      'grafana/agent',
      'filebeat',
      'elastic-agent',
      'opentelemetry-collector',
      'opentelemetry-collector-contrib',
      'opentelemetry-collector-k8s',
      'aws-otel-collector',
      'splunk-otel-collector',
      'datadoghq/agent',
      'datadog/agent',
      'dynatrace-oneagent',
      'dynatrace/oneagent',
      'linux/oneagent',
      'newrelic-fluentbit-output',
      'sumologic-otel-collector',
      'logdna-agent',
      'vlagent',
      'azuremonitor/containerinsights/ciprod',
    ],
    names: [
      'fluent-bit',
      'fluentbit',
      'fluentbit-gke',
      'fluentd',
      'vector',
      'promtail',
      'alloy',
      'grafana-agent',
      'filebeat',
      'elastic-agent',
      'opentelemetry-collector',
      'splunk-otel-collector',
      'datadog-agent-deployment',
      'datadog',
      'oneagent',
      'newrelic-logging',
      'logdna-agent',
      'vlagent',
    ],
  },
  standIns: nothing,
  outside: { gke: 'GKE can collect logs for Cloud Logging with agents of its own' },
};

/** Stores metrics and evaluates rules. */
export const prometheusServer: Layer = {
  title: 'Prometheus',
  loss: 'nothing collects metrics and no alert is evaluated',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet'],
  signature: {
    // In gmp-system the collectors are a DaemonSet of Prometheus itself.
    images: ['prometheus', 'victoria-metrics', 'vmsingle'],
    names: ['prometheus', 'vmsingle', 'victoria-metrics-single'],
  },
  standIns: metricsAgents,
  outside: {
    aks: 'Azure Monitor can collect metrics and evaluate alerts outside of the cluster',
    gke: 'GKE can send metrics to Cloud Monitoring, which evaluates alerts outside of the cluster',
  },
};

/** Collects metrics for a Prometheus that is somewhere else. */
export const prometheusAgent: Layer = {
  ...prometheusServer,
  signature: {
    images: ['vmagent', 'grafana/alloy', 'grafana/agent', 'aws-otel-collector', 'ciprod/prometheus-collector/images'],
    names: ['prometheus-agent', 'vmagent', 'victoria-metrics-agent', 'alloy', 'grafana-agent'],
  },
};

export const alertmanager: Layer = {
  title: 'Alertmanager',
  loss: 'alerts reach nobody',
  kinds: ['Deployment', 'StatefulSet'],
  signature: { images: ['alertmanager'], names: ['alertmanager', 'vmalertmanager'] },
  standIns: { images: [...metricsAgents.images, 'mimir', 'cortex'], names: [...metricsAgents.names, 'mimir', 'cortex'] },
  outside: {
    aks: 'Azure Monitor can send alerts from outside of the cluster',
    gke: 'Cloud Monitoring can send alerts from outside of the cluster',
  },
};

/** Names of emptyDir volumes in which the well-known charts and the operator keep what Prometheus stores. */
export const dataVolumes = /^(storage|storage-volume|data|data-volume|prometheus-data|prometheus-storage|prometheus-.+-db)$/;

/** Sidecars that copy what Prometheus stores to an object store. */
export const copyingImages: readonly string[] = ['thanos'];

/**
 * Alerts that tell whether the cluster, its workloads and the monitoring itself work, as kubernetes-mixin and, for the last two,
 * kube-prometheus publish them; OpenShift's monitoring has them by the same names.
 */
export const coreAlerts: readonly string[] = [
  'KubeAPIDown',
  'KubeDaemonSetRolloutStuck',
  'KubeDeploymentReplicasMismatch',
  'KubeJobFailed',
  'KubeNodeNotReady',
  'KubeNodeUnreachable',
  'KubePersistentVolumeErrors',
  'KubePersistentVolumeFillingUp',
  'KubePodCrashLooping',
  'KubePodNotReady',
  'KubeStatefulSetReplicasMismatch',
  'KubeletDown',
  'TargetDown',
  'Watchdog',
];

/** Parts of a managed control plane whose monitors are installed although nobody can reach what they watch. */
export const controlPlaneNames: ReadonlySet<string> = new Set([
  'etcd',
  'kube-etcd',
  'kube-scheduler',
  'kube-controller-manager',
  'kube-apiserver',
]);
