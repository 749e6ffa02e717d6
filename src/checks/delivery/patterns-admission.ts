import type { Capture, Pattern } from './pattern.ts';

const webhook: Capture = { what: 'webhook', after: 'webhook "', until: '"\\' };

/** What the API server's admission says: quotas, limits, policies and webhooks. */
export const admissionPatterns: readonly Pattern[] = [
  {
    id: 'quota-exceeded',
    tool: 'Kubernetes API server',
    all: [],
    any: ['exceeded quota:', 'failed quota: '],
    stage: 'Deploy',
    cause: 'QuotaExceeded',
    subject: [
      { what: 'ResourceQuota', after: 'exceeded quota: ' },
      { what: 'ResourceQuota', after: 'failed quota: ' },
    ],
    samples: [
      {
        text: 'Error creating: pods "er-dry-run-mr-132420-02db23c11d-qhk6p" is forbidden: failed quota: external-resources-quota: must specify limits.memory for: outputs; requests.memory for: outputs',
        source: 'https://github.com/app-sre/qontract-reconcile/pull/4860',
        subject: 'ResourceQuota external-resources-quota',
      },
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
    id: 'limit-range',
    tool: 'Kubernetes LimitRange admission',
    all: [],
    any: [
      ...['maximum cpu usage per ', 'maximum memory usage per ', 'minimum cpu usage per ', 'minimum memory usage per '],
      'max limit to request ratio per ',
    ],
    stage: 'Deploy',
    cause: 'QuotaExceeded',
    samples: [
      {
        text: 'Error creating: pods "hjacobs-test-1668339668-" is forbidden: maximum cpu usage per Container is 16, but request is 17.',
        source: 'https://github.com/zalando-incubator/kubernetes-on-aws/issues/278',
      },
      {
        text: 'pods "web-7d4b9c-x2x7k" is forbidden: minimum memory usage per Container is 256Mi, but request is 64Mi',
        source:
          'https://github.com/rhobs/troubleshooting-scenarios/pull/54; kubernetes/kubernetes plugin/pkg/admission/limitranger/admission.go',
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
    id: 'signature-denied',
    tool: 'Kubernetes API server (Kubewarden, Kyverno, Sigstore)',
    all: ['admission webhook', 'denied the request', 'signature'],
    any: ['image', 'no signature', 'no matching signature'],
    cause: 'VerificationFailed',
    subject: [webhook],
    samples: [
      {
        text: 'admission webhook "clusterwide-verify-image-signatures.kubewarden.admission" denied the request: Pod verify-image-invalid is not accepted: verification of image ghcr.io/kubewarden/test-verify-image-signatures:unsigned failed: error invoking wapc verify: Error(HostError("Callback evaluation failure: signatures can\'t be fetched for image: ghcr.io/kubewarden/test-verify-image-signatures:unsigned"))',
        source: 'https://github.com/kubewarden/kubewarden.io/pull/87',
        subject: 'webhook clusterwide-verify-image-signatures.kubewarden.admission',
      },
      {
        text: 'admission webhook "mutate.kyverno.svc-fail" denied the request: resource Pod/wrp/shop was blocked due to the following policies verify-image: failed to verify image registry.example.com/shop:1: .attestors[0].entries[0].keys: no matching signatures',
        source: 'https://github.com/kyverno/kyverno/issues/5184; kyverno/kyverno pkg/webhooks/utils/block.go',
        subject: 'webhook mutate.kyverno.svc-fail',
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
        text: 'admission webhook "validate.example.com" does not support dry run',
        source: 'kubernetes/apiserver pkg/admission/plugin/webhook/errors/statuserror.go (NewDryRunUnsupportedErr)',
        subject: 'webhook validate.example.com',
      },
      {
        text: 'Elasticsearch/logging/elasticsearch dry-run failed, reason: BadRequest, error: admission webhook "elastic-es-validation-v1.k8s.elastic.co" does not support dry run',
        source: 'https://github.com/fluxcd/flux2/issues/1927',
        subject: 'webhook elastic-es-validation-v1.k8s.elastic.co',
      },
    ],
  },
  {
    id: 'webhook-unreachable',
    tool: 'Kubernetes API server',
    all: ['failed calling webhook'],
    none: ['x509:', 'tls: '],
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
];
