import type { Tier } from '../api/v1alpha1/fields.ts';
import type { DeliveryTool } from '../api/v1alpha1/supportcoverage.ts';
import { matchesGlob } from '../kube/glob.ts';
import { covers } from './areas.ts';

/** An add-on whose version was agreed. */
export interface AddonTarget {
  name: string;
  /** Where it runs; absent: anywhere. */
  namespace?: string | undefined;
  /** Glob over the image without its tag and digest. */
  image: string;
  /** A semver range. */
  version: string;
}

/** An object whose spec the corrections of a check copy. */
export interface TemplateRef {
  namespace: string;
  name: string;
}

export interface Templates {
  limitRange?: TemplateRef | undefined;
  networkPolicy?: TemplateRef | undefined;
}

/** What was agreed about a cluster, as far as a check can depend on it. */
export interface Agreement {
  /** What runs: a check may leave to one of a higher tier what that one tells better. */
  tier: Tier;
  /** True for a namespace with layers of the platform. */
  isPlatform(namespace: string): boolean;
  /** True for a namespace that is covered, the platform's included. */
  isCovered(namespace: string): boolean;
  /** True for delivery tooling that is covered; below Level3, where none can be named, what is installed is looked at. */
  coversTool(tool: DeliveryTool): boolean;
  /** Which versions count as up to date. */
  targets: { kubernetes?: string | undefined; addons: readonly AddonTarget[] };
  /** What application namespaces get where they have none. */
  templates: Templates;
  /** An approved baseline is there: what it states is drift's to report. */
  baselineApproved: boolean;
  /** What the approved baseline states about an object, all facts together; undefined where it does not know it. */
  agreed(object: string): Readonly<Record<string, string>> | undefined;
}

/** Namespaces that well-known platform layers are installed in, where a coverage names none. */
export const wellKnownPlatformNamespaces: readonly string[] = [
  'kube-*',
  '*-system',
  'openshift-*',
  'gke-*',
  'amazon-*',
  'aws-*',
  'azure-*',
  'argocd',
  'calico-*',
  'cert-manager',
  'cilium*',
  'external-dns',
  'external-secrets',
  'falco',
  'gatekeeper*',
  'ingress-*',
  'istio-*',
  'karpenter',
  'kured',
  'kyverno',
  'linkerd*',
  'logging',
  'loki',
  'metallb*',
  'monitoring',
  'observability',
  'opentelemetry*',
  'platform-*',
  'prometheus*',
  'rook-*',
  'sealed-secrets',
  'tekton-*',
  'tigera-*',
  'traefik*',
  'vault',
  'velero',
];

export interface AgreementInput {
  /** Absent: the highest. */
  tier?: Tier | undefined;
  /** Globs. Absent: wellKnownPlatformNamespaces. */
  platformNamespaces?: readonly string[] | undefined;
  /** Globs. Absent: all namespaces. */
  namespaces?: { include?: readonly string[] | undefined; exclude?: readonly string[] | undefined } | undefined;
  /** Absent: all, below Level3, and none from there on. */
  deliveryTooling?: readonly DeliveryTool[] | undefined;
  targets?: { kubernetes?: string | undefined; addons?: readonly AddonTarget[] | undefined } | undefined;
  templates?: Templates | undefined;
  /** The facts of the approved baseline; undefined where there is none. */
  approved?: readonly { object: string; value: Readonly<Record<string, string>> }[] | undefined;
}

/** With nothing given: every namespace is covered, and there is neither a target nor an approved baseline. */
export function createAgreement(input: AgreementInput = {}): Agreement {
  const { tier = 'Level3', deliveryTooling = [], platformNamespaces, namespaces, targets, templates, approved } = input;
  const platform = platformNamespaces ?? wellKnownPlatformNamespaces;
  const { include = ['*'], exclude = [] } = namespaces ?? {};
  const known = new Map<string, Record<string, string>>();
  for (const { object, value } of approved ?? []) known.set(object, { ...known.get(object), ...value });
  const isPlatform = remembering((namespace) => platform.some((glob) => matchesGlob(glob, namespace)));
  const isNamed = (namespace: string) =>
    include.some((glob) => matchesGlob(glob, namespace)) && !exclude.some((glob) => matchesGlob(glob, namespace));
  return {
    tier,
    isPlatform,
    isCovered: remembering((namespace) => isPlatform(namespace) || isNamed(namespace)),
    coversTool: (tool) => !covers(tier, 'Level3') || deliveryTooling.includes(tool),
    targets: { kubernetes: targets?.kubernetes, addons: targets?.addons ?? [] },
    templates: templates ?? {},
    baselineApproved: approved !== undefined,
    agreed: (object) => known.get(object),
  };
}

/** Namespaces are asked about once for each of many thousands of pods. */
function remembering(judge: (namespace: string) => boolean): (namespace: string) => boolean {
  const judged = new Map<string, boolean>();
  return (namespace) => {
    const before = judged.get(namespace);
    if (before !== undefined) return before;
    const verdict = judge(namespace);
    judged.set(namespace, verdict);
    return verdict;
  };
}
