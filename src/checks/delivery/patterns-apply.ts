import type { Capture, Pattern } from './pattern.ts';

const webhook: Capture = { what: 'webhook', after: 'webhook "', until: '"\\' };

/** What is said while manifests are rendered and applied, and pods made of them. */
export const applyPatterns: readonly Pattern[] = [
  {
    id: 'quota-exceeded',
    tool: 'Kubernetes API server',
    all: ['exceeded quota:'],
    stage: 'Deploy',
    cause: 'QuotaExceeded',
    subject: [{ what: 'ResourceQuota', after: 'exceeded quota: ' }],
    samples: [
      {
        text: 'pods "web-7d4b9c-x2x7k" is forbidden: exceeded quota: team, requested: pods=1, used: pods=10, limited: pods=10',
        source: 'kubernetes/apiserver pkg/admission/plugin/resourcequota/controller.go',
        subject: 'ResourceQuota team',
      },
      {
        text: 'Error creating: pods "build-0" is forbidden: exceeded quota: compute, requested: requests.cpu=2, used: requests.cpu=7, limited: requests.cpu=8',
        source: 'kubernetes/apiserver pkg/admission/plugin/resourcequota/controller.go',
        subject: 'ResourceQuota compute',
      },
    ],
  },
  {
    id: 'pod-security',
    tool: 'Kubernetes Pod Security admission',
    all: ['violates podsecurity'],
    stage: 'Deploy',
    cause: 'AdmissionDenied',
    subject: [{ what: 'Pod Security level', after: 'violates podsecurity "', until: '"' }],
    samples: [
      {
        text: 'pods "web-7d4b9c-x2x7k" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false)',
        source: 'kubernetes/pod-security-admission admission/admission.go',
        subject: 'Pod Security level restricted:latest',
      },
      {
        text: 'Error creating: pods "agent-8xk2p" is forbidden: violates PodSecurity "baseline:v1.33": hostPath volumes (volume "log")',
        source: 'kubernetes/pod-security-admission admission/admission.go',
        subject: 'Pod Security level baseline:v1.33',
      },
    ],
  },
  {
    id: 'policy-denied',
    tool: 'Kubernetes ValidatingAdmissionPolicy',
    all: ['validatingadmissionpolicy', 'denied request'],
    stage: 'Deploy',
    cause: 'AdmissionDenied',
    subject: [{ what: 'ValidatingAdmissionPolicy', after: "validatingadmissionpolicy '", until: "'" }],
    samples: [
      {
        text: "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'replica-limit' with binding 'replica-limit' denied request: failed expression: object.spec.replicas <= 5",
        source: 'kubernetes/apiserver pkg/admission/plugin/policy/validating/dispatcher.go',
        subject: 'ValidatingAdmissionPolicy replica-limit',
      },
      {
        text: "Deployment/shop/web dry-run failed (Forbidden): deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'owner-label' with binding 'shop' denied request: an owner is missing",
        source: 'fluxcd/pkg ssa/errors/dryrun.go',
        subject: 'ValidatingAdmissionPolicy owner-label',
      },
    ],
  },
  {
    id: 'webhook-denied',
    tool: 'Kubernetes API server',
    all: ['admission webhook', 'denied the request'],
    stage: 'Deploy',
    cause: 'AdmissionDenied',
    subject: [webhook],
    samples: [
      {
        text: 'admission webhook "validate.kyverno.svc-fail" denied the request: resource Deployment/shop/web was blocked due to the following policies',
        source: 'kubernetes/apiserver pkg/admission/plugin/webhook/errors/statuserror.go',
        subject: 'webhook validate.kyverno.svc-fail',
      },
      {
        text: 'ScaledObject/default/test dry-run failed: admission webhook "vscaledobject.kb.io" denied the request: the scaledobject has a cpu trigger but the container test doesn\'t have the cpu request defined',
        source: 'https://github.com/fluxcd/flux2/issues/4283',
        subject: 'webhook vscaledobject.kb.io',
      },
    ],
  },
  {
    id: 'webhook-no-dry-run',
    tool: 'Kubernetes API server',
    all: ['admission webhook', 'does not support dry run'],
    stage: 'Deploy',
    cause: 'AdmissionDenied',
    subject: [webhook],
    samples: [
      {
        text: 'Elasticsearch/logging/elasticsearch dry-run failed, reason: BadRequest, error: admission webhook "elastic-es-validation-v1.k8s.elastic.co" does not support dry run',
        source: 'https://github.com/fluxcd/flux2/issues/1927',
        subject: 'webhook elastic-es-validation-v1.k8s.elastic.co',
      },
      {
        text: 'CouchbaseBucket/couchbase/blocker dry-run failed, reason: BadRequest, error: admission webhook "couchbase-operator-couchbase-admission-controller.couchbase.svc" does not support dry run',
        source: 'https://github.com/fluxcd/flux2/issues/4073',
        subject: 'webhook couchbase-operator-couchbase-admission-controller.couchbase.svc',
      },
    ],
  },
  {
    id: 'webhook-unreachable',
    tool: 'Kubernetes API server',
    all: ['failed calling webhook'],
    none: ['x509:'],
    stage: 'Deploy',
    cause: 'DependencyNotReady',
    subject: [webhook],
    samples: [
      {
        text: 'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": no endpoints available for service "cert-manager-webhook"',
        source: 'kubernetes/apiserver pkg/admission/plugin/webhook/errors.go',
        subject: 'webhook webhook.cert-manager.io',
      },
      {
        text: 'Internal error occurred: failed calling webhook "mutate.example.com": failed to call webhook: Post "https://mutate.policy.svc:443/mutate?timeout=10s": dial tcp 10.0.0.7:443: connect: connection refused',
        source: 'kubernetes/apiserver pkg/admission/plugin/webhook/errors.go',
        subject: 'webhook mutate.example.com',
      },
    ],
  },
  {
    id: 'service-account-missing',
    tool: 'Kubernetes API server',
    all: ['error looking up service account', 'not found'],
    stage: 'Deploy',
    cause: 'NotFound',
    subject: [{ what: 'ServiceAccount', after: 'looking up service account ', until: ': ' }],
    samples: [
      {
        text: 'Pod/monitoring/grafana-test dry-run failed, reason: Forbidden, error: pods "grafana-test" is forbidden: error looking up service account monitoring/grafana-test: serviceaccount "grafana-test" not found',
        source: 'https://github.com/fluxcd/kustomize-controller/issues/531',
        subject: 'ServiceAccount monitoring/grafana-test',
      },
      {
        text: 'Error creating: pods "web-" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
        source: 'kubernetes/kubernetes plugin/pkg/admission/serviceaccount/admission.go',
        subject: 'ServiceAccount shop/web',
      },
    ],
  },
  {
    id: 'rbac-denied',
    tool: 'Kubernetes API server',
    all: ['is forbidden: user "', 'cannot '],
    stage: 'Deploy',
    cause: 'AdmissionDenied',
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
    cause: 'NotFound',
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
    all: [' is invalid: '],
    // Argo CD says so of an application, whatever the fault is.
    none: ['invalidspecerror: '],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    subject: [
      { what: 'field', after: '" is invalid: ', until: ':' },
      { what: 'field', after: '" is invalid: [', until: ':' },
    ],
    samples: [
      {
        text: 'CustomResourceDefinition/kustomizations.kustomize.toolkit.fluxcd.io dry-run failed, reason: Invalid, error: CustomResourceDefinition.apiextensions.k8s.io "kustomizations.kustomize.toolkit.fluxcd.io" is invalid: status.storedVersions[1]: Invalid value: "v1beta2": must appear in spec.versions',
        source: 'https://github.com/digitalocean/Kubernetes-Starter-Kit-Developers/issues/87',
      },
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
    id: 'kustomize-remote-timeout',
    tool: 'Flux (kustomize)',
    all: ['kustomize build failed', 'tls handshake timeout'],
    stage: 'Source',
    cause: 'NetworkUnreachable',
    samples: [
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'https://github.com/jetstack/cert-manager/releases/download/v1.7.1/cert-manager.crds.yaml': Get \"https://github.com/jetstack/cert-manager/releases/download/v1.7.1/cert-manager.crds.yaml\": net/http: TLS handshake timeout'",
        source: 'https://github.com/fluxcd/flux2/issues/2709',
      },
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'https://example.com/a.yaml': Get \"https://example.com/a.yaml\": net/http: TLS handshake timeout'",
        source: 'golang/go net/http/transport.go (errTLSHandshakeTimeout); kubernetes-sigs/kustomize api/internal/target/kusttarget.go',
      },
    ],
  },
  {
    id: 'kustomize-build',
    tool: 'Flux, Argo CD (kustomize)',
    all: [],
    any: ['kustomize build failed', 'kustomize build ', 'accumulating resources'],
    stage: 'Deploy',
    cause: 'InvalidManifest',
    samples: [
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from './awx': read /tmp/kustomization-795774899/awx: is a directory'",
        source: 'https://github.com/fluxcd/flux2/issues/3127',
      },
      { text: 'kustomize build failed: json: unknown field "spec"', source: 'https://github.com/fluxcd/flux2-multi-tenancy/issues/13' },
    ],
  },
  {
    id: 'helm-busy',
    tool: 'Helm',
    all: ['another operation (install/upgrade/rollback) is in progress'],
    stage: 'Deploy',
    cause: 'DependencyNotReady',
    samples: [
      {
        text: 'Helm upgrade failed: another operation (install/upgrade/rollback) is in progress',
        source: 'https://github.com/fluxcd/helm-controller/issues/149',
      },
      {
        text: 'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
        source: 'https://github.com/helm/helm/issues/8987',
      },
    ],
  },
];
