import type { Pattern } from './pattern.ts';

const run = 'kustomize-controller v1.9.6 with Kubernetes 1.37.2 (make test-delivery)';

/** What is said while manifests are rendered and decrypted, before anything is sent to the API server. */
export const renderingPatterns: readonly Pattern[] = [
  {
    id: 'sops-key-missing',
    tool: 'Flux (SOPS)',
    all: [],
    any: ['age: no identities specified', 'failed to load age identities: failed to open file'],
    cause: 'CredentialsMissing',
    samples: [
      {
        text: "decryption failed for 'docker-hub-pull-secret': failed to decrypt and format 'default/docker-hub-pull-secret' Secret data: cannot get sops data key: Failed to get the data key required to decrypt the SOPS file.\n\nGroup 0: FAILED\n  age1g9f5g9a02tc60: FAILED\n    - | failed to load age identities: failed to open file: open\n      | /.config/sops/age/keys.txt: no such file or directory",
        source: 'https://github.com/MathiasPius/kronform/issues/133',
      },
      {
        text: 'Group 0: FAILED\n  age1g9f5g9a02tc60: FAILED\n    - | failed to create reader for decrypting sops data key with\n      | age: no identities specified',
        source: 'FiloSottile/age age.go (Decrypt); getsops/sops age/keysource.go',
      },
    ],
  },
  {
    id: 'sops-key-refused',
    tool: 'Flux (SOPS)',
    all: ['no identity matched any of the recipients'],
    cause: 'CredentialsRejected',
    samples: [
      {
        text: "decryption failed for 'Secret.v1.[noGrp]/variables-cluster': failed to decrypt\n  age188: FAILED\n    - | failed to create reader for decrypting sops data key with\n      | age: no identity matched any of the recipients",
        source: 'https://github.com/devantler-tech/ksail/issues/4261',
      },
      {
        text: 'failed to create reader for decrypting sops data key with age: no identity matched any of the recipients',
        source: 'FiloSottile/age age.go (NoIdentityMatchError); getsops/sops age/keysource.go',
      },
    ],
  },
  {
    id: 'kustomize-remote-timeout',
    tool: 'Flux, Argo CD (kustomize)',
    all: ['accumulating resources'],
    any: [
      ...['s timeout running ', 'tls handshake timeout', 'i/o timeout', 'no such host', 'could not resolve host'],
      ...['connection refused', 'connection timed out', 'connection reset by peer', 'client.timeout exceeded'],
    ],
    stage: 'Build',
    cause: 'NetworkUnreachable',
    samples: [
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'https://github.com/stakater/Reloader/deployments/kubernetes': URL is a git repository': hit 27s timeout running '/usr/bin/git submodule update --init --recursive'",
        source: 'https://github.com/fluxcd/flux2/issues/4748',
      },
      {
        text: "error: accumulating resources: accumulation err='accumulating resources from 'github.com:argoproj/argo-cd.git/manifests/ha/cluster-install?ref=v2.6.4': evalsymlink failure on '/root/github.com:argoproj' : lstat /root/github.com:argoproj: no such file or directory': hit 27s timeout running '/usr/bin/git fetch --depth=1 origin v2.6.4'",
        source: 'https://github.com/konstructio/kubefirst/issues/1642',
      },
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'https://example.com/a.yaml': Get \"https://example.com/a.yaml\": net/http: TLS handshake timeout'",
        source: 'golang/go net/http/transport.go (errTLSHandshakeTimeout); kubernetes-sigs/kustomize api/internal/target/kusttarget.go',
      },
    ],
  },
  {
    id: 'kustomize-file-missing',
    tool: 'Flux, Argo CD (kustomize)',
    all: ['accumulating resources', 'no such file or directory'],
    // An address that cannot be fetched is tried as a file too, and then said not to be one.
    none: ['http://', 'https://', 'git@', 'github.com', '?ref=', 'yaml: line', 'malformedyaml'],
    stage: 'Build',
    cause: 'NotFound',
    samples: [
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from './authentik.yaml': open /tmp/kubernetes/flux/meta/repos/authentik.yaml: no such file or directory': must build at directory: not a valid directory: evalsymlink failure on '/tmp/kubernetes/flux/meta/repos/authentik.yaml' : lstat /tmp/kubernetes/flux/meta/repos/authentik.yaml: no such file or directory",
        source: 'https://github.com/axeII/home-ops/pull/2641',
      },
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from '../../base.gotk-components.yaml': open /tmp/flux-system245679679/apps/base.gotk-components.yaml: no such file or directory': evalsymlink failure on '/tmp/flux-system245679679/apps/base.gotk-components.yaml' : lstat /tmp/flux-system245679679/apps/base.gotk-components.yaml: no such file or directory",
        source: 'https://github.com/hmcts/cnp-flux-config/pull/19408',
      },
    ],
  },
  {
    id: 'kustomize-same-object',
    tool: 'Flux, Argo CD (kustomize)',
    all: ['may not add resource with an already registered id'],
    stage: 'Build',
    cause: 'InvalidManifest',
    samples: [
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from './notifications/dev': read /tmp/flux191219993/flux/notifications/dev: is a directory': recursed merging from path '/tmp/flux191219993/flux/notifications/dev': may not add resource with an already registered id: notification.toolkit.fluxcd.io_v1beta1_Provider|flux-system|slack",
        source: 'https://github.com/fluxcd/flux2/issues/1522',
      },
      {
        text: 'Helm install failed: error while running post render on files: may not add resource with an already registered id: ~G_v1_ConfigMap|vpn|vpn-gateway-pod-gateway',
        source: 'https://github.com/fluxcd/helm-controller/issues/390',
      },
    ],
  },
  {
    id: 'kustomize-build',
    tool: 'Flux, Argo CD (kustomize)',
    all: ['kustomize build'],
    any: ['json: unknown field', 'missing metadata.name in object', 'malformedyamlerror'],
    // What an address answers with a page of HTML is no YAML either.
    none: ['http://', 'https://', 'git@', 'github.com'],
    stage: 'Build',
    cause: 'InvalidManifest',
    samples: [
      { text: 'kustomize build failed: json: unknown field "spec"', source: 'https://github.com/fluxcd/flux2-multi-tenancy/issues/13' },
      {
        text: "kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'cm.yaml': missing metadata.name in object {{v1 ConfigMap} {{ } map[] map[]}}'",
        source: 'kubernetes-sigs/kustomize kyaml/yaml/rnode.go (GetValidatedMetadata)',
      },
    ],
  },
  {
    id: 'manifest-undecodable',
    tool: 'Flux (kustomize)',
    all: ['failed to decode kubernetes yaml from'],
    stage: 'Build',
    cause: 'InvalidManifest',
    samples: [
      {
        text: 'failed to decode Kubernetes YAML from /tmp/kustomization-1443093643/clusters/home/clickhouse/kustomizeconfig.yaml: missing Resource metadata <nil>',
        source: 'https://github.com/fluxcd/flux2/issues/5313',
      },
      {
        text: "failed to decode Kubernetes YAML from /tmp/kustomization-1305573970/yaml/cm.yaml: MalformedYAMLError: yaml: line 1: did not find expected ',' or ']'",
        source: run,
      },
    ],
  },
  {
    id: 'helm-template',
    tool: 'Helm',
    all: [],
    any: [
      ...[
        'yaml parse error on ',
        'execution error at (',
        'parse error at (',
        ': executing "',
        "don't meet the specifications of the schema",
      ],
      'error while running post render on files',
    ],
    stage: 'Build',
    cause: 'InvalidManifest',
    samples: [
      {
        text: 'Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to execute helm template command: failed to get command args to log: `helm template . --name-template falco --namespace {{namespace}} --kube-version 1.33 <api versions removed> --include-crds` failed exit status 1: Error: YAML parse error on falco/charts/falco/templates/clusterrolebinding.yaml: error converting YAML to JSON: yaml: invalid map key',
        source: 'https://github.com/mabusaa/argocd-course-issues-tracker/issues/56',
      },
      {
        text: 'Helm install failed: template: kong/templates/migrations.yaml:41:10: executing "kong/templates/migrations.yaml" at <include "kong.wait-for-postgres" .>: error calling include: template: kong/templates/_helpers.tpl:599:15: executing "kong.renderEnv" at <.>: wrong type for value; expected map[string]interface {}; got string',
        source: 'https://github.com/fluxcd/flux2/issues/471',
      },
      {
        text: 'Error: execution error at (gha-runner-scale-set/templates/githubsecret.yaml:34:8): A valid .Values.githubConfigSecret is required for setting auth with GitHub server',
        source: 'https://github.com/allenporter/flux-local/issues/467',
      },
      {
        text: "Error: INSTALLATION FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\nhpe-cosi-driver:\n- at '': 'allOf' failed",
        source: 'https://github.com/hpe-storage/co-deployments/issues/443',
      },
      {
        text: 'Helm install failed: error while running post render on files: map[string]interface {}(nil): yaml: unmarshal errors: line 12: mapping key "release" already defined at line 10',
        source: 'https://github.com/FairwindsOps/charts/issues/769',
      },
    ],
  },
];
