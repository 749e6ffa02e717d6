import { join } from 'node:path';
import { runCommand } from '../controlplane/command.ts';

/** Paths of a certificate and its key. */
export interface Identity {
  certificate: string;
  key: string;
}

export interface Certificates {
  /** Path of the certificate of an authority that was made for this run. */
  authority: string;
  /** What the API server shows to kubelets, and to servers of other APIs. */
  toKubelets: Identity;
  toServers: Identity;
}

/** The name by which servers of other APIs know that it is the API server that asks. */
export const frontProxy = 'front-proxy';

/** Without them the API server can ask no kubelet for a log, and no other server for what it serves. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const make = async (name: string, subject: string, ...signed: string[]): Promise<Identity> => {
    const identity = { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
    const { code, stderr } = await runCommand('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', subject],
      ...['-keyout', identity.key, '-out', identity.certificate, ...signed],
    ]);
    if (code !== 0) throw new Error(`openssl ended with ${code}: ${stderr}`);
    return identity;
  };
  const authority = await make('authority', '/CN=end-to-end');
  const signed = ['-CA', authority.certificate, '-CAkey', authority.key, '-addext', 'extendedKeyUsage=clientAuth'];
  return {
    authority: authority.certificate,
    toKubelets: await make('to-kubelets', '/O=system:masters/CN=kube-apiserver', ...signed),
    toServers: await make('to-servers', `/CN=${frontProxy}`, ...signed),
  };
}

/** Flags of the API server. */
export function apiServerFlags({ authority, toKubelets, toServers }: Certificates): string[] {
  return [
    `--kubelet-client-certificate=${toKubelets.certificate}`,
    `--kubelet-client-key=${toKubelets.key}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--proxy-client-cert-file=${toServers.certificate}`,
    `--proxy-client-key-file=${toServers.key}`,
    `--requestheader-client-ca-file=${authority}`,
    `--requestheader-allowed-names=${frontProxy}`,
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ];
}
