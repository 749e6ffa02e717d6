import type { Ingress } from '../../kube/types.ts';
import { defineResource } from '../resource.ts';

export interface IngressView {
  name: string;
  namespace: string;
  /** From the field or the older annotation; '' where it is left to the default class. */
  class: string;
  /** Without entries that name no Secret: those use the controller's own certificate. */
  tls: readonly { hosts: readonly string[]; secret: string }[];
  /** Of all rules; '' is every host. */
  hosts: readonly string[];
  /** Services of all rules and the default, each once; a port by number or name, '' where none is said. */
  backends: readonly { service: string; port: string }[];
  /** Annotation by which a controller answers all of its requests itself, mostly with a redirect; '' where there is none. */
  answeredBy: string;
  /** Host names and addresses of its load balancer. */
  addresses: readonly string[];
  /** Annotations by which a controller puts a web application firewall before it; not those that switch one off. */
  firewall: Readonly<Record<string, string>>;
  /** cert-manager made it to answer one challenge, and takes it away again. */
  acmeSolver: boolean;
  createdAt: string | undefined;
  deleting: boolean;
}

/** Of AWS Load Balancer Controller, ingress-nginx, Application Gateway, F5 NGINX and HAProxy Ingress, from their references of annotations. */
const firewallAnnotations: readonly string[] = [
  'alb.ingress.kubernetes.io/wafv2-acl-arn',
  'alb.ingress.kubernetes.io/wafv2-acl-name',
  'alb.ingress.kubernetes.io/waf-acl-id',
  'nginx.ingress.kubernetes.io/enable-modsecurity',
  'nginx.ingress.kubernetes.io/enable-owasp-core-rules',
  'nginx.ingress.kubernetes.io/modsecurity-snippet',
  'appgw.ingress.kubernetes.io/waf-policy-for-path',
  'appprotect.f5.com/app-protect-enable',
  'appprotect.f5.com/app-protect-policy',
  'haproxy-ingress.github.io/waf',
  'haproxy-ingress.github.io/waf-mode',
];
const switchedOff: readonly string[] = ['', 'false', 'False', 'none'];

/**
 * From the projects' references of annotations, with the values that leave no request to the backend, which the API wants nevertheless. A
 * snippet that begins otherwise may answer only some of them.
 */
const answers: Readonly<Record<string, RegExp>> = {
  'nginx.ingress.kubernetes.io/permanent-redirect': /./,
  'nginx.ingress.kubernetes.io/temporal-redirect': /./,
  'nginx.ingress.kubernetes.io/configuration-snippet': /^\s*return\s/,
  'haproxy-ingress.github.io/redirect-to': /./,
};

export const ingresses = defineResource({
  type: { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses', kind: 'Ingress', namespaced: true },
  project: ({ metadata, spec, status }: Ingress): IngressView => ({
    name: metadata?.name ?? '',
    namespace: metadata?.namespace ?? '',
    class: spec?.ingressClassName ?? metadata?.annotations?.['kubernetes.io/ingress.class'] ?? '',
    tls: (spec?.tls ?? []).flatMap(({ hosts, secretName }) => (secretName ? [{ hosts: hosts ?? [], secret: secretName }] : [])),
    hosts: [...new Set((spec?.rules ?? []).map(({ host }) => host ?? ''))],
    backends: backendsOf(spec),
    answeredBy: answeredBy(spec, metadata?.annotations ?? {}),
    addresses: (status?.loadBalancer?.ingress ?? []).map(({ hostname, ip }) => hostname ?? ip ?? '').filter((address) => address !== ''),
    firewall: firewallOf(metadata?.annotations ?? {}),
    acmeSolver: metadata?.labels?.['acme.cert-manager.io/http01-solver'] === 'true',
    createdAt: metadata?.creationTimestamp,
    deleting: metadata?.deletionTimestamp !== undefined,
  }),
});

function backendsOf(spec: Ingress['spec']): IngressView['backends'] {
  const paths = (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []);
  const unique = new Map<string, { service: string; port: string }>();
  for (const backend of [spec?.defaultBackend, ...paths.map((path) => path.backend)]) {
    // What is served by another kind of object has no Service.
    if (!backend?.service) continue;
    const { name, port } = backend.service;
    const entry = { service: name, port: String(port?.number ?? port?.name ?? '') };
    unique.set(`${entry.service}:${entry.port}`, entry);
  }
  return [...unique.values()];
}

/** ingress-nginx does not redirect what comes to a default backend (kubernetes/ingress-nginx#8713). */
function answeredBy(spec: Ingress['spec'], annotations: Readonly<Record<string, string>>): string {
  if (spec?.defaultBackend) return '';
  return Object.keys(answers).find((key) => answers[key]?.test(annotations[key] ?? '')) ?? '';
}

function firewallOf(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const present = firewallAnnotations.flatMap((key) => {
    const value = annotations[key];
    return value === undefined || switchedOff.includes(value) ? [] : [[key, value] as const];
  });
  return Object.fromEntries(present);
}
