import type { Signature } from '../observability/layers.ts';

/** Software that serves Ingresses, as far as checks depend on which it is. */
export interface IngressController {
  /** As messages call it. */
  title: string;
  /** Values of IngressClass `spec.controller`; one that goes on after a slash is another instance of the same. */
  controllers: readonly string[];
  /** What its charts and manifests have in common; undefined where the provider runs it outside of the cluster. */
  signature?: Signature;
  /** Every Ingress gets an address; `configured`: only where it was told which. */
  publishes: 'always' | 'configured';
  /** It looks at the Secrets that `spec.tls` names. */
  readsSecrets: boolean;
  /** It makes the load balancer from the Ingress, and none from one whose Service is missing. */
  buildsLoadBalancer: boolean;
  /** Beginning of the annotations that it obeys. */
  annotations: string;
}

const proxy = { publishes: 'configured', readsSecrets: true, buildsLoadBalancer: false } as const;
const cloud = { publishes: 'always', readsSecrets: true, buildsLoadBalancer: true } as const;

/**
 * From the projects' installation manifests and documentation of IngressClass: kubernetes.github.io/ingress-nginx, learn.microsoft.com (AKS
 * application routing; AGIC), docs.rke2.io, doc.traefik.io, docs.nginx.com, haproxy-ingress.github.io, haproxy.com, docs.konghq.com,
 * projectcontour.io, docs.cilium.io, istio.io, kubernetes-sigs.github.io/aws-load-balancer-controller, docs.aws.amazon.com (EKS Auto Mode),
 * docs.openshift.com. What publishes no address unless it is told to is by each project's own flags.
 */
export const ingressControllers: readonly IngressController[] = [
  {
    ...{ ...proxy, publishes: 'always', title: 'ingress-nginx', controllers: ['k8s.io/ingress-nginx'] },
    signature: {
      images: ['ingress-nginx/controller', 'nginx-ingress-controller'],
      names: ['ingress-nginx', 'rke2-ingress-nginx'],
    },
    annotations: 'nginx.ingress.kubernetes.io/',
  },
  {
    ...{ ...proxy, publishes: 'always', title: 'AKS application routing', controllers: ['webapprouting.kubernetes.azure.com/nginx'] },
    signature: { images: ['kubernetes/ingress/nginx-ingress-controller'], names: [] },
    annotations: 'nginx.ingress.kubernetes.io/',
  },
  {
    ...{ ...proxy, title: 'Traefik', controllers: ['traefik.io/ingress-controller'] },
    signature: { images: ['traefik', 'mirrored-library-traefik'], names: ['traefik'] },
    annotations: 'traefik.ingress.kubernetes.io/',
  },
  {
    ...{ ...proxy, title: 'F5 NGINX Ingress Controller', controllers: ['nginx.org/ingress-controller'] },
    signature: { images: ['nginx/nginx-ingress', 'nginx-ic/nginx-plus-ingress'], names: ['nginx-ingress'] },
    annotations: 'appprotect.f5.com/',
  },
  {
    ...{ ...proxy, title: 'HAProxy Kubernetes Ingress Controller', controllers: ['haproxy.org/ingress-controller'] },
    signature: { images: ['haproxytech/kubernetes-ingress'], names: ['kubernetes-ingress'] },
    annotations: 'haproxy.org/',
  },
  {
    ...{ ...proxy, title: 'HAProxy Ingress', controllers: ['haproxy-ingress.github.io/controller'] },
    signature: { images: ['jcmoraisjr/haproxy-ingress'], names: ['haproxy-ingress'] },
    annotations: 'haproxy-ingress.github.io/',
  },
  {
    ...{ ...proxy, title: 'Kong', controllers: ['ingress-controllers.konghq.com/kong'] },
    signature: { images: ['kong/kubernetes-ingress-controller'], names: ['kong'] },
    annotations: 'konghq.com/',
  },
  {
    ...{ ...proxy, title: 'Contour', controllers: ['projectcontour.io/ingress-controller'] },
    signature: { images: ['projectcontour/contour'], names: ['contour'] },
    annotations: 'projectcontour.io/',
  },
  {
    // The agents, which carry the traffic, are the network's.
    ...{ ...proxy, title: 'Cilium', controllers: ['cilium.io/ingress-controller'] },
    signature: { images: ['cilium/operator-generic', 'cilium/operator-aws', 'cilium/operator-azure'], names: ['cilium-operator'] },
    annotations: 'ingress.cilium.io/',
  },
  {
    ...{ ...proxy, title: 'Istio', controllers: ['istio.io/ingress-controller'] },
    signature: { images: ['istio/pilot'], names: ['istiod'] },
    annotations: 'istio.io/',
  },
  {
    // Ingresses become Routes, which the router serves; both are the platform's own operator's to keep.
    ...{ ...proxy, title: 'the OpenShift router', controllers: ['openshift.io/ingress-to-route'] },
    annotations: 'route.openshift.io/',
  },
  {
    // Certificates are in ACM.
    ...{ ...cloud, readsSecrets: false, title: 'AWS Load Balancer Controller', controllers: ['ingress.k8s.aws/alb'] },
    signature: { images: ['aws-load-balancer-controller', 'aws-alb-ingress-controller'], names: ['aws-load-balancer-controller'] },
    annotations: 'alb.ingress.kubernetes.io/',
  },
  {
    ...{ ...cloud, readsSecrets: false, title: 'EKS Auto Mode', controllers: ['eks.amazonaws.com/alb'] },
    annotations: 'alb.ingress.kubernetes.io/',
  },
  {
    ...{ ...cloud, title: 'Application Gateway Ingress Controller', controllers: ['azure/application-gateway'] },
    signature: { images: ['azure-application-gateway/kubernetes-ingress'], names: ['ingress-azure', 'ingress-appgw'] },
    annotations: 'appgw.ingress.kubernetes.io/',
  },
];

/** GKE's, whose classes are names without an IngressClass; '' is one of them. */
export const gkeIngress: IngressController = {
  ...{ ...cloud, title: 'GKE Ingress', controllers: [] },
  annotations: 'networking.gke.io/',
};
export const gkeIngressClasses: readonly string[] = ['', 'gce', 'gce-internal'];

/** undefined for one that is not in the table: nothing is known of how it works. */
export function ingressControllerNamed(controller: string): IngressController | undefined {
  return ingressControllers.find(({ controllers }) => controllers.some((own) => controller === own || controller.startsWith(`${own}/`)));
}
