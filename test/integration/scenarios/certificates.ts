import type { Manifest } from '../../controlplane/cluster-handle.ts';
import { certificateRequest, pem } from '../../fixtures/access.ts';
import { now as fixturesNow } from '../../fixtures/cluster.ts';
import { crd, namespace, type Scenario, type World } from './scenario.ts';

const certificateKind = 'certificates.cert-manager.io';

async function installCertManagerApi({ cluster, apply }: World): Promise<void> {
  await apply(crd('Certificate', 'certificates', 'cert-manager.io', 'v1'));
  await cluster.kubectl(['wait', '--for=condition=Established', `crd/${certificateKind}`, '--timeout=30s']);
}

/** cert-manager's; it keeps the Secret of its name. */
function certificate(name: string, inNamespace: string): Manifest {
  const issuerRef = { name: 'acme', kind: 'ClusterIssuer' };
  const spec = { secretName: name, dnsNames: [`${name}.example.com`], issuerRef };
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name, namespace: inNamespace }, spec };
}

const inHours = (hours: number) => Temporal.Now.instant().add({ seconds: Math.round(hours * 3600) });
const timestamp = (hours: number) => inHours(hours).toString({ smallestUnit: 'second' });

/** A TLS Secret with a certificate that ends in so many hours of the real clock. */
function tlsSecret(name: string, inNamespace: string, hoursLeft: number, lifetimeDays = 90): Manifest {
  const text = pem({ hoursLeft: inHours(hoursLeft).since(fixturesNow).total('hours'), lifetimeDays });
  const stringData = { 'tls.crt': text, 'tls.key': 'nothing reads it' };
  return { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name, namespace: inNamespace }, stringData };
}

/** An Ingress that presents the Secret of its name. */
function ingress(name: string, inNamespace: string): Manifest {
  const host = `${name}.example.com`;
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const spec = { ingressClassName: 'web', tls: [{ hosts: [host], secretName: name }], rules };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace: inNamespace }, spec };
}

const day = 24;
const tls = 'tls-expiring';

const tlsExpiring: Scenario = {
  check: 'tls-expiring',
  object: `Secret/${tls}/old`,
  // The times are in the certificates, so the check can keep its own.
  settings: { for: '1h' },
  prepare: async (world) => {
    await installCertManagerApi(world);
    await world.apply(namespace(tls), namespace(`${tls}-elsewhere`));
  },
  fault: ({ apply }) => apply(tlsSecret('old', tls, 5 * day), ingress('old', tls)),
  mend: ({ apply }) => apply(tlsSecret('old', tls, 89 * day)),
  lookAlikes: [
    {
      what: 'a new certificate that lives for a day',
      arrange: ({ apply }) => apply(tlsSecret('short', tls, 23, 1), ingress('short', tls)),
    },
    {
      what: 'one that nothing presents, though an Ingress of another namespace names a Secret so',
      arrange: ({ apply }) => apply(tlsSecret('unused', tls, 2 * day), ingress('unused', `${tls}-elsewhere`)),
    },
    {
      what: 'one that has just reached its threshold',
      arrange: ({ apply }) => apply(tlsSecret('due', tls, 30 * day - 0.1), ingress('due', tls)),
    },
    {
      what: 'one that cert-manager is going to renew',
      arrange: async ({ apply, condition, patch }) => {
        const name = 'kept';
        await apply(certificate(name, tls));
        await condition(certificateKind, name, { type: 'Ready', status: 'True', reason: 'Ready' }, tls);
        const status = { notAfter: timestamp(20 * day), renewalTime: timestamp(5 * day) };
        await patch(certificateKind, name, { status }, { namespace: tls, status: true });
        await apply(tlsSecret(name, tls, 20 * day), ingress(name, tls));
      },
    },
  ],
};

const issued = 'certificate-not-ready';

const certificateNotReady: Scenario = {
  check: 'certificate-not-ready',
  object: `Certificate/${issued}/web`,
  // cert-manager dates its conditions, so the check can keep its time.
  settings: { for: '15m' },
  prepare: async (world) => {
    await installCertManagerApi(world);
    await world.apply(namespace(issued), certificate('web', issued));
    await world.condition(certificateKind, 'web', { type: 'Ready', status: 'True', reason: 'Ready' }, issued);
  },
  fault: ({ condition }) =>
    condition(certificateKind, 'web', { type: 'Ready', status: 'False', reason: 'Expired', since: timestamp(-1) }, issued),
  mend: ({ condition }) => condition(certificateKind, 'web', { type: 'Ready', status: 'True', reason: 'Ready' }, issued),
  lookAlikes: [
    {
      what: 'one that is issued for the first time',
      arrange: async ({ apply, condition }) => {
        await apply(certificate('first', issued));
        await condition(certificateKind, 'first', { type: 'Issuing', status: 'True', reason: 'DoesNotExist' }, issued);
        await condition(certificateKind, 'first', { type: 'Ready', status: 'False', reason: 'DoesNotExist' }, issued);
      },
    },
    {
      what: 'one that cert-manager has not looked at since it was made just now',
      arrange: ({ apply }) => apply(certificate('new', issued)),
    },
    {
      what: 'one that is ready while it is renewed, though a first attempt failed',
      arrange: async ({ apply, condition }) => {
        await apply(certificate('renewed', issued));
        await condition(certificateKind, 'renewed', { type: 'Issuing', status: 'False', reason: 'Failed', since: timestamp(-2) }, issued);
        await condition(certificateKind, 'renewed', { type: 'Ready', status: 'True', reason: 'Ready', since: timestamp(-day) }, issued);
      },
    },
  ],
};

function signingRequest(name: string, signerName: string): Manifest {
  const request = Buffer.from(certificateRequest('jane')).toString('base64');
  const spec = { request, signerName, usages: ['client auth'] };
  return { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name }, spec };
}

const ownSigner = 'example.com/people';

const csrPending: Scenario = {
  check: 'csr-pending',
  object: 'CertificateSigningRequest/csr-pending',
  fault: ({ apply }) => apply(signingRequest('csr-pending', ownSigner)),
  mend: async ({ cluster }) => {
    await cluster.kubectl(['certificate', 'approve', 'csr-pending']);
  },
  lookAlikes: [
    {
      what: 'one that is approved and that its signer has not signed yet',
      arrange: async ({ cluster, apply }) => {
        await apply(signingRequest('csr-approved', 'kubernetes.io/kube-apiserver-client'));
        await cluster.kubectl(['certificate', 'approve', 'csr-approved']);
      },
    },
    {
      what: 'one that is denied',
      arrange: async ({ cluster, apply }) => {
        await apply(signingRequest('csr-denied', ownSigner));
        await cluster.kubectl(['certificate', 'deny', 'csr-denied']);
      },
    },
    {
      what: 'one that its signer could not sign',
      arrange: async ({ apply, condition }) => {
        await apply(signingRequest('csr-failed', ownSigner));
        await condition('certificatesigningrequest', 'csr-failed', { type: 'Failed', status: 'True', reason: 'NotAllowed' });
      },
    },
  ],
};

export const certificates: readonly Scenario[] = [tlsExpiring, certificateNotReady, csrPending];
