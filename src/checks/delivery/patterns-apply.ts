import type { Pattern } from './pattern.ts';

/** What is said while manifests are applied, and pods made of them. */
export const applyPatterns: readonly Pattern[] = [
  {
    id: 'service-account-missing',
    tool: 'Kubernetes API server, Tekton',
    all: ['" not found'],
    any: ['serviceaccount "', 'serviceaccounts "'],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [
      { what: 'ServiceAccount', after: 'looking up service account ', until: ': ' },
      { what: 'ServiceAccount', after: 'serviceaccounts "', until: '"' },
    ],
    samples: [
      {
        text: 'Error creating: pods "web-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
        source: 'kubernetes/kubernetes plugin/pkg/admission/serviceaccount/admission.go',
        subject: 'ServiceAccount shop/web',
      },
      {
        text: 'Missing or invalid Task test/s2i-buildah-push: translating Build to Pod: serviceaccounts "build-bot" not found',
        source: 'https://github.com/tektoncd/pipeline/issues/1473',
        subject: 'ServiceAccount build-bot',
      },
    ],
  },
  {
    id: 'rbac-denied',
    tool: 'Kubernetes API server',
    all: ['is forbidden: user "', 'cannot '],
    cause: 'CredentialsRejected',
    subject: [{ what: 'user', after: 'forbidden: user "', until: '"' }],
    samples: [
      {
        text: 'deployments.apps "web" is forbidden: User "system:serviceaccount:shop:deployer" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
        source: 'kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go',
        subject: 'user system:serviceaccount:shop:deployer',
      },
      {
        text: 'secrets is forbidden: User "system:serviceaccount:ci:runner" cannot list resource "secrets" in API group "" at the cluster scope',
        source: 'kubernetes/apiserver pkg/endpoints/handlers/responsewriters/errors.go',
        subject: 'user system:serviceaccount:ci:runner',
      },
    ],
  },
  {
    id: 'crd-missing',
    tool: 'Kubernetes clients, Flux, Helm',
    all: ['no matches for kind'],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    subject: [{ what: 'kind', after: 'no matches for kind "', until: '"' }],
    samples: [
      {
        text: 'unable to build kubernetes objects from release manifest: resource mapping not found for name: "web" namespace: "shop": no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1" ensure CRDs are installed first',
        source: 'kubernetes/apimachinery pkg/api/meta/errors.go; kubernetes/cli-runtime pkg/resource/builder.go',
        subject: 'kind ServiceMonitor',
      },
      {
        text: 'Certificate/shop/web dry-run failed: no matches for kind "Certificate" in version "cert-manager.io/v1"',
        source: 'fluxcd/pkg ssa/errors/dryrun.go',
        subject: 'kind Certificate',
      },
    ],
  },
  {
    id: 'manifest-invalid',
    tool: 'Kubernetes API server',
    // After the name of an object; of the spec of an application Argo CD says so whatever the fault is.
    all: ['" is invalid: '],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    subject: [
      { what: 'field', after: '" is invalid: ', until: ':' },
      { what: 'field', after: '" is invalid: [', until: ':' },
    ],
    samples: [
      {
        text: 'Deployment.apps "web" is invalid: spec.selector: Invalid value: v1.LabelSelector{}: field is immutable',
        source: 'kubernetes/apimachinery pkg/api/errors/errors.go (NewInvalid)',
        subject: 'field spec.selector',
      },
      {
        text: 'Deployment/apps/invalid dry-run failed (Invalid): Deployment.apps "invalid" is invalid: spec.template.metadata.labels: Invalid value: {"app":"invalid"}: `selector` does not match template `labels`\n',
        source: 'kustomize-controller v1.9.6 with Kubernetes 1.37.2 (make test-delivery)',
        subject: 'field spec.template.metadata.labels',
      },
      {
        text: 'Deployment/apps/mistyped dry-run failed (Invalid): Deployment.apps "mistyped" is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"mistyped"}: `selector` does not match template `labels`]\n',
        source: 'kustomize-controller v1.9.6 with Kubernetes 1.37.2 (make test-delivery)',
        subject: 'field spec.selector',
      },
    ],
  },
  {
    id: 'manifest-unknown-field',
    tool: 'Kubernetes API server',
    all: ['failed to create typed patch object'],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    subject: [{ what: 'object', after: 'typed patch object (', until: ';' }],
    samples: [
      {
        text: 'CephFilesystem/rook-ceph/myfs dry-run failed, error: failed to create typed patch object (rook-ceph/myfs; ceph.rook.io/v1, Kind=CephFilesystem): .spec.dataPools[0].name: field not declared in schema',
        source: 'https://github.com/fluxcd/kustomize-controller/issues/699',
        subject: 'object rook-ceph/myfs',
      },
      {
        text: 'Deployment/apps/schema dry-run failed: failed to create typed patch object (apps/schema; apps/v1, Kind=Deployment): errors:\n  .spec.replicas: expected numeric (int or float), got string\n  .spec.selectr: field not declared in schema\n',
        source: 'kustomize-controller v1.9.6 with Kubernetes 1.37.2 (make test-delivery)',
        subject: 'object apps/schema',
      },
    ],
  },
  {
    id: 'manifest-not-of-schema',
    tool: 'kubectl, Helm',
    all: ['error validating data:'],
    // It was not validated: the schema could not be fetched.
    none: ['failed to check crd', 'failed to download openapi'],
    stage: 'Unknown',
    cause: 'InvalidManifest',
    samples: [
      {
        text: 'Helm upgrade failed: error validating "": error validating data: [ValidationError(Deployment.spec.template.spec.containers[0].ports[0]): missing required field "containerPort" in io.k8s.api.core.v1.ContainerPort]',
        source: 'https://github.com/fluxcd/helm-controller/issues/453',
      },
      {
        text: 'error: error validating data: unknown field "ima  ge" in io.k8s.api.core.v1.Container',
        source: 'https://github.com/fluxcd/kustomize-controller/pull/333',
      },
    ],
  },
];
