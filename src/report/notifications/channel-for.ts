import type { Contact } from '../../api/v1alpha1/supportcoverage.ts';
import { isKubeError } from '../../kube/errors.ts';
import type { Outbound } from '../../runtime/outbound.ts';
import { createAlertmanager } from './alertmanager.ts';
import { type Channel, DeliveryError } from './channel.ts';
import type { CoverageRef } from './message.ts';
import { createWebhook, type WebhookTarget } from './webhook.ts';

export interface ChannelOptions {
  outbound: Outbound;
  /** The texts in a Secret, by key; undefined or a KubeError of kind NotFound where there is none. */
  readSecret: (namespace: string, name: string) => Promise<Readonly<Record<string, string>> | undefined>;
  now: () => Temporal.Instant;
  /** How often what is open is said again to an Alertmanager, milliseconds. */
  resendMs: number;
}

export type ChannelFor = (coverage: CoverageRef, contact: Contact) => Channel;

/** How contact lines are reached. Secrets are read when a message is sent, each time anew. */
export function createChannelFor(options: ChannelOptions): ChannelFor {
  return (coverage, contact) => {
    const { webhook, alertmanager } = contact.notify;
    if (alertmanager) return createAlertmanager({ ...options, ...alertmanager, coverage, contact: contact.name });
    // The API server lets no contact pass that has neither.
    if (!webhook) throw new Error(`contact ${contact.name}: neither webhook nor alertmanager`);
    const secret = secretReader(options.readSecret, coverage.namespace);
    const target = async (): Promise<WebhookTarget> => {
      const address = await secret(webhook.urlSecretRef);
      if (!/^https?:$/.test(URL.parse(address)?.protocol ?? ''))
        throw unusable(coverage.namespace, webhook.urlSecretRef, 'is no address of http or https');
      return webhook.signingSecretRef ? { address, signingKey: await secret(webhook.signingSecretRef) } : { address };
    };
    return createWebhook({ ...options, target });
  };
}

interface SecretRef {
  name: string;
  key: string;
}

/** Reads one key of a Secret; white space around the value, which editors and `echo` leave there, is not part of it. */
function secretReader(readSecret: ChannelOptions['readSecret'], namespace: string) {
  return async (ref: SecretRef): Promise<string> => {
    const data = await readSecret(namespace, ref.name).catch((error: unknown) => {
      if (isKubeError(error, 'NotFound')) return undefined;
      throw unread(namespace, ref, error);
    });
    if (!data) throw missing(`the Secret ${namespace}/${ref.name} does not exist`);
    const value = (data[ref.key] ?? '').trim();
    if (value === '') throw unusable(namespace, ref, data[ref.key] === undefined ? 'does not exist' : 'is empty');
    return value;
  };
}

/** What is said of a Secret names it and the key, and nothing of what is in it. */
function unusable(namespace: string, { name, key }: SecretRef, why: string): DeliveryError {
  return missing(`the key ${key} of the Secret ${namespace}/${name} ${why}`);
}

function unread(namespace: string, { name }: SecretRef, error: unknown): DeliveryError {
  const why = isKubeError(error, 'Forbidden') ? 'may not be read by the operator (get on secrets)' : 'could not be read';
  return missing(`the Secret ${namespace}/${name} ${why}`);
}

/** Looking again costs nobody outside anything, so it is done as soon as after an outage. */
function missing(text: string): DeliveryError {
  return new DeliveryError(text, { retryable: true });
}
