/** Resources that people apply, of an API version that a minor of Kubernetes removes. */
export interface RemovedApi {
  /** The minor of Kubernetes 1. */
  minor: number;
  group: string;
  version: string;
  /** Plural to kind. */
  resources: Readonly<Record<string, string>>;
}

const policies = {
  validatingadmissionpolicies: 'ValidatingAdmissionPolicy',
  validatingadmissionpolicybindings: 'ValidatingAdmissionPolicyBinding',
};
const mutatingPolicies = {
  mutatingadmissionpolicies: 'MutatingAdmissionPolicy',
  mutatingadmissionpolicybindings: 'MutatingAdmissionPolicyBinding',
};
const deviceRequests = { deviceclasses: 'DeviceClass', resourceclaimtemplates: 'ResourceClaimTemplate' };

/**
 * By the `APILifecycleRemoved` of every type in k8s.io/api v0.37.2, compared up to 1.32 with the deprecated API migration guide at
 * kubernetes.io/docs/reference/using-api/deprecation-guide; from 1.30 on, since the operator needs Kubernetes 1.29. Every group here serves
 * `v1` in the minor before, where its objects can be read. Left out is what controllers write (ResourceSlice, ResourceClaim of a pod,
 * IPAddress, LeaseCandidate), what is never stored, and ClusterTrustBundle, which has no `v1`.
 */
export const removedApis: readonly RemovedApi[] = [
  {
    minor: 32,
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1beta3',
    resources: { flowschemas: 'FlowSchema', prioritylevelconfigurations: 'PriorityLevelConfiguration' },
  },
  { minor: 32, group: 'admissionregistration.k8s.io', version: 'v1alpha1', resources: policies },
  { minor: 34, group: 'admissionregistration.k8s.io', version: 'v1beta1', resources: policies },
  { minor: 35, group: 'storage.k8s.io', version: 'v1alpha1', resources: { volumeattributesclasses: 'VolumeAttributesClass' } },
  { minor: 37, group: 'storage.k8s.io', version: 'v1beta1', resources: { volumeattributesclasses: 'VolumeAttributesClass' } },
  { minor: 37, group: 'networking.k8s.io', version: 'v1beta1', resources: { servicecidrs: 'ServiceCIDR' } },
  { minor: 38, group: 'admissionregistration.k8s.io', version: 'v1alpha1', resources: mutatingPolicies },
  { minor: 38, group: 'resource.k8s.io', version: 'v1beta1', resources: deviceRequests },
  { minor: 39, group: 'resource.k8s.io', version: 'v1beta2', resources: deviceRequests },
  { minor: 40, group: 'admissionregistration.k8s.io', version: 'v1beta1', resources: mutatingPolicies },
];

/** The last minor whose removals are published: a beta is deprecated three minors before it goes, so 1.37 names them up to 1.40. */
export const removalsKnownUntil = 40;
