import type * as k8s from '@kubernetes/client-node';

/**
 * A client-node model as it is on the wire: dates are strings there, and `from` and `default` have their own names. We never run client-node's
 * serialiser (it blocks for seconds on large lists and drops what it does not know), so these are the types of JSON.parse's result.
 */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [K in keyof T as K extends '_from' ? 'from' : K extends '_default' ? 'default' : K]: Wire<T[K]> }
      : T;

export type Node = Wire<k8s.V1Node>;
export type Pod = Wire<k8s.V1Pod>;
export type PodSpec = Wire<k8s.V1PodSpec>;
export type Deployment = Wire<k8s.V1Deployment>;
export type StatefulSet = Wire<k8s.V1StatefulSet>;
export type DaemonSet = Wire<k8s.V1DaemonSet>;
export type Service = Wire<k8s.V1Service>;
export type EndpointSlice = Wire<k8s.V1EndpointSlice>;
export type Namespace = Wire<k8s.V1Namespace>;
export type CertificateSigningRequest = Wire<k8s.V1CertificateSigningRequest>;
export type CustomResourceDefinition = Wire<k8s.V1CustomResourceDefinition>;
export type ResourceQuota = Wire<k8s.V1ResourceQuota>;
export type LimitRange = Wire<k8s.V1LimitRange>;
export type NetworkPolicy = Wire<k8s.V1NetworkPolicy>;
export type HorizontalPodAutoscaler = Wire<k8s.V2HorizontalPodAutoscaler>;
export type PersistentVolume = Wire<k8s.V1PersistentVolume>;
export type PersistentVolumeClaim = Wire<k8s.V1PersistentVolumeClaim>;
export type PodDisruptionBudget = Wire<k8s.V1PodDisruptionBudget>;
export type ClusterRole = Wire<k8s.V1ClusterRole>;
export type Role = Wire<k8s.V1Role>;
export type RoleBinding = Wire<k8s.V1RoleBinding>;
export type ServiceAccount = Wire<k8s.V1ServiceAccount>;
export type Secret = Wire<k8s.V1Secret>;
export type Ingress = Wire<k8s.V1Ingress>;
export type IngressClass = Wire<k8s.V1IngressClass>;
export type ValidatingWebhookConfiguration = Wire<k8s.V1ValidatingWebhookConfiguration>;
export type MutatingWebhookConfiguration = Wire<k8s.V1MutatingWebhookConfiguration>;
export type PriorityClass = Wire<k8s.V1PriorityClass>;
export type RuntimeClass = Wire<k8s.V1RuntimeClass>;
export type CSIDriver = Wire<k8s.V1CSIDriver>;
export type ObjectMeta = Wire<k8s.V1ObjectMeta>;
export type Lease = Wire<k8s.V1Lease>;
export type StorageClass = Wire<k8s.V1StorageClass>;
export type ClusterRoleBinding = Wire<k8s.V1ClusterRoleBinding>;
export type APIService = Wire<k8s.V1APIService>;
export type ConfigMap = Wire<k8s.V1ConfigMap>;
export type CoreEvent = Wire<k8s.CoreV1Event>;
export type CronJob = Wire<k8s.V1CronJob>;
export type Job = Wire<k8s.V1Job>;
export type Condition = Wire<k8s.V1Condition>;
export type ManagedFieldsEntry = Wire<k8s.V1ManagedFieldsEntry>;

/** What every object has. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: ObjectMeta;
}

/** Names one resource type as the API serves it. */
export interface ResourceType {
  /** '' for the core group. */
  group: string;
  version: string;
  /** Plural, lower case, as in the URL and in RBAC rules. */
  resource: string;
  kind: string;
  namespaced: boolean;
}

/** The URL path of a type's collection, of one namespace or of all. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  return namespace === undefined ? `${root}/${type.resource}` : `${root}/namespaces/${encodeURIComponent(namespace)}/${type.resource}`;
}

/** The URL path of one object. */
export function objectPath(type: ResourceType, name: string, namespace?: string): string {
  return `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
}

/** `Kind/namespace/name`, or `Kind/name` for what is cluster-scoped: how findings, drift and the API name an object. */
export function objectName(kind: string, name: string, namespace?: string): string {
  return namespace ? `${kind}/${namespace}/${name}` : `${kind}/${name}`;
}
