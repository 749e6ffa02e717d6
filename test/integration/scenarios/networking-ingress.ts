import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { pem } from '../../fixtures/access.ts';
import { now as fixturesNow } from '../../fixtures/cluster.ts';
import { rolledOut, workload } from './monitoring-stack.ts';
import { address, answered, ingress, ingressClass, inPlatform, outside, service, serviceBackend } from './networking-objects.ts';
import { crd, deployment, namespace, type Scenario } from './scenario.ts';

const challenge = { labels: { 'acme.cert-manager.io/http01-solver': 'true' } };
const recreate = { strategy: { type: 'Recreate' } };

const noAddress = inPlatform('ingress-no-address');
const nginxImage = ['registry.k8s.io/ingress-nginx/controller:v1.13.3'];

const ingressNoAddress: Scenario = {
  check: 'ingress-no-address',
  object: `Ingress/${noAddress}/web`,
  prepare: async (world) => {
    await world.apply(namespace(noAddress), outside(noAddress));
    await world.apply(ingressClass('addressed', 'k8s.io/ingress-nginx'), ingressClass('unknown', 'example.com/controller'));
    await world.apply(workload('Deployment', 'controller', noAddress, { images: nginxImage }));
    await rolledOut(world, 'deployment/controller', noAddress);
  },
  fault: ({ apply }) => apply(ingress('web', noAddress, { class: 'addressed' })),
  mend: (world) => address(world, 'ingress', 'web', noAddress),
  lookAlikes: [
    {
      what: 'an Ingress of a class that is not in the cluster, and one of none',
      arrange: ({ apply }) => apply(ingress('other', noAddress, { class: 'elsewhere' }), ingress('none', noAddress, { class: '' })),
    },
    {
      what: 'an Ingress of a controller that is not known',
      arrange: ({ apply }) => apply(ingress('unknown', noAddress, { class: 'unknown' })),
    },
    {
      what: 'what cert-manager makes to answer a challenge',
      arrange: ({ apply }) => apply(ingress('solver', noAddress, { class: 'addressed', ...challenge })),
    },
    {
      what: 'an Ingress of a class whose controller was scaled to zero',
      arrange: async ({ apply }) => {
        const images = ['quay.io/jcmoraisjr/haproxy-ingress:v0.15'];
        await apply(workload('Deployment', 'retired', noAddress, { images, replicas: 0 }));
        await apply(ingressClass('retired', 'haproxy-ingress.github.io/controller'), ingress('retired', noAddress, { class: 'retired' }));
      },
    },
  ],
};

const backend = inPlatform('ingress-backend-missing');

const ingressBackendMissing: Scenario = {
  check: 'ingress-backend-missing',
  object: `Ingress/${backend}/web`,
  prepare: ({ apply }) =>
    apply(
      namespace(backend),
      outside(backend),
      ingressClass('backends', 'example.com/controller'),
      ingressClass('actions', 'ingress.k8s.aws/alb'),
    ),
  fault: ({ apply }) => apply(ingress('web', backend, { class: 'backends', backend: serviceBackend('late', 80) })),
  mend: ({ apply }) => apply(outside(backend, 'late')),
  lookAlikes: [
    {
      what: 'a name of an annotation in place of a Service, as AWS has it',
      arrange: ({ apply }) =>
        apply(ingress('action', backend, { class: 'actions', backend: serviceBackend('redirect', 'use-annotation') })),
    },
    {
      what: 'a backend that is no Service',
      arrange: ({ apply }) =>
        apply(
          ingress('bucket', backend, {
            class: 'backends',
            backend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'static' } },
          }),
        ),
    },
    {
      what: 'a port of a name for somewhere else',
      arrange: ({ apply }) => apply(ingress('out', backend, { class: 'backends', backend: serviceBackend('outside', 8443) })),
    },
    {
      what: 'an Ingress of a class that is not in the cluster',
      arrange: ({ apply }) => apply(ingress('other', backend, { class: 'elsewhere', backend: serviceBackend('gone', 80) })),
    },
    {
      what: 'what cert-manager makes to answer a challenge',
      arrange: ({ apply }) => apply(ingress('solver', backend, { class: 'backends', backend: serviceBackend('gone', 80), ...challenge })),
    },
  ],
};

const endpoints = inPlatform('service-no-endpoints');
const leadingTo = (name: string) => ingress(name, endpoints, { class: 'endpoints', backend: serviceBackend(name, 80) });
const web = (held: boolean) => workload('Deployment', 'web', endpoints, { images: ['web:1'], held, spec: recreate });

const serviceNoEndpoints: Scenario = {
  check: 'service-no-endpoints',
  object: `Service/${endpoints}/web`,
  prepare: async (world) => {
    await world.apply(namespace(endpoints), ingressClass('endpoints', 'example.com/controller'));
    await world.apply(web(false), service('web', endpoints));
    await answered(world, 'web', endpoints);
    await world.apply(leadingTo('web'));
  },
  fault: ({ apply }) => apply(web(true)),
  mend: ({ apply }) => apply(web(false)),
  lookAlikes: [
    {
      what: 'a workload that was scaled to zero',
      arrange: ({ apply }) => apply(deployment('asleep', endpoints, { replicas: 0 }), service('asleep', endpoints), leadingTo('asleep')),
    },
    {
      what: 'a Service without a selector that has EndpointSlices of its own',
      arrange: async ({ apply }) => {
        const slice: Manifest = {
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: { name: 'own-1', namespace: endpoints, labels: { 'kubernetes.io/service-name': 'own' } },
          ...{ addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [{ addresses: ['192.0.2.7'] }] },
        };
        await apply({ ...service('own', endpoints), spec: { ports: [{ name: 'http', port: 80 }] } }, slice);
        await apply(leadingTo('own'));
      },
    },
    {
      what: 'a headless Service with a ready pod',
      arrange: async (world) => {
        await world.apply(deployment('headless', endpoints), service('headless', endpoints, { clusterIP: 'None' }));
        await answered(world, 'headless', endpoints);
        await world.apply(leadingTo('headless'));
      },
    },
    {
      what: 'a name for somewhere else, and a Service that nothing uses',
      arrange: ({ apply }) => apply(outside(endpoints, 'out'), leadingTo('out'), service('idle', endpoints)),
    },
  ],
};

const tls = inPlatform('ingress-tls-missing');
const presenting = (name: string, className = 'certified') =>
  ingress(name, tls, { class: className, tls: [{ hosts: [`${name}.example.com`], secretName: name }] });

/** A Secret with a certificate for a year from now. */
function secret(name: string, dnsNames: string[], type = 'kubernetes.io/tls'): Manifest {
  const hoursLeft = Temporal.Now.instant().add({ hours: 8760 }).since(fixturesNow).total('hours');
  const stringData = { 'tls.crt': pem({ hoursLeft, lifetimeDays: 400, dnsNames }), 'tls.key': 'nothing reads it' };
  return { apiVersion: 'v1', kind: 'Secret', type, metadata: { name, namespace: tls }, stringData };
}

const ingressTlsMissing: Scenario = {
  check: 'ingress-tls-missing',
  object: `Ingress/${tls}/web`,
  prepare: async ({ apply, cluster }) => {
    await apply(crd('Certificate', 'certificates', 'cert-manager.io', 'v1'));
    await cluster.kubectl(['wait', '--for=condition=Established', 'crd/certificates.cert-manager.io', '--timeout=30s']);
    const classes = [ingressClass('certified', 'traefik.io/ingress-controller'), ingressClass('acm', 'ingress.k8s.aws/alb')];
    await apply(namespace(tls), outside(tls), ...classes);
  },
  fault: ({ apply }) => apply(presenting('web')),
  mend: ({ apply }) => apply(secret('web', ['web.example.com'])),
  lookAlikes: [
    { what: 'a certificate with a wildcard', arrange: ({ apply }) => apply(secret('any', ['*.example.com']), presenting('any')) },
    {
      what: 'a Secret of type Opaque',
      arrange: ({ apply }) => apply(secret('opaque', ['opaque.example.com'], 'Opaque'), presenting('opaque')),
    },
    { what: 'a load balancer of AWS, whose certificates are in ACM', arrange: ({ apply }) => apply(presenting('acm', 'acm')) },
    {
      what: 'a certificate that cert-manager is yet to issue',
      arrange: async ({ apply }) => {
        const spec = { secretName: 'issuing', dnsNames: ['issuing.example.com'] };
        await apply({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'issuing', namespace: tls }, spec });
        await apply(presenting('issuing'));
      },
    },
  ],
};

const controller = inPlatform('ingress-controller');
const traefik = (held: boolean) => workload('Deployment', 'traefik', controller, { images: ['traefik:v3.5'], held, spec: recreate });
const kongImage = ['kong/kubernetes-ingress-controller:3.5'];
const surge = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } };

const ingressControllerUnhealthy: Scenario = {
  check: 'ingress-controller-unhealthy',
  object: `Deployment/${controller}/traefik`,
  prepare: async (world) => {
    await world.apply(namespace(controller), ingressClass('controlled', 'traefik.io/ingress-controller'));
    await world.apply(traefik(false));
    await rolledOut(world, 'deployment/traefik', controller);
  },
  fault: ({ apply }) => apply(traefik(true)),
  mend: async (world) => {
    await world.apply(traefik(false));
    await rolledOut(world, 'deployment/traefik', controller);
  },
  lookAlikes: [
    {
      what: 'a controller that was scaled to zero',
      arrange: ({ apply }) =>
        apply(
          ingressClass('replaced', 'haproxy.org/ingress-controller/replaced'),
          workload('Deployment', 'replaced', controller, { images: ['haproxytech/kubernetes-ingress:3.1'], replicas: 0 }),
        ),
    },
    {
      what: 'a rolling update whose new pod is not ready yet',
      arrange: async (world) => {
        await world.apply(workload('Deployment', 'kong', controller, { images: kongImage, spec: surge }));
        await rolledOut(world, 'deployment/kong', controller);
        await world.apply(ingressClass('updated', 'ingress-controllers.konghq.com/kong'));
        await world.apply(workload('Deployment', 'kong', controller, { images: kongImage, spec: surge, held: true }));
      },
    },
    {
      what: 'a controller that no class of the cluster names',
      arrange: ({ apply }) =>
        apply(workload('Deployment', 'unnamed', controller, { images: ['projectcontour/contour:v1.33.0'], held: true })),
    },
  ],
};

export const networkingIngress: readonly Scenario[] = [
  ingressNoAddress,
  ingressBackendMissing,
  serviceNoEndpoints,
  ingressTlsMissing,
  ingressControllerUnhealthy,
];
