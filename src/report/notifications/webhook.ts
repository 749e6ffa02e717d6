import { createHmac } from 'node:crypto';
import type { Outbound } from '../../runtime/outbound.ts';
import type { Channel } from './channel.ts';
import { post } from './delivery.ts';
import { type Message, summaryOf } from './message.ts';

/** Where to post to, and the key of the signature where there is one. */
export interface WebhookTarget {
  address: string;
  signingKey?: string;
}

export interface WebhookOptions {
  outbound: Outbound;
  /** Asked at the beginning of each delivery, so that a Secret that changes is followed. Throws DeliveryError. */
  target: () => Promise<WebhookTarget>;
  now: () => Temporal.Instant;
}

const types = {
  Findings: 'io.platformsupport.findings.v1',
  Onboarding: 'io.platformsupport.onboarding.v1',
  Test: 'io.platformsupport.test.v1',
};

/** A contact line that takes CloudEvents 1.0 in structured mode; docs/notifications.md has the contract. */
export function createWebhook({ outbound, target, now }: WebhookOptions): Channel {
  return {
    deliver: async (message, signal) => {
      const { address, signingKey } = await target();
      const body = JSON.stringify(cloudEvent(message));
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'idempotency-key': message.key,
        ...(signingKey === undefined ? {} : { 'x-supportcoverage-signature': signature(body, signingKey, now()) }),
      };
      await post(outbound, address, { body, headers, signal }, 'the webhook', now);
      return {};
    },
  };
}

/** The same bytes for the same message, whenever it is sent. */
function cloudEvent(message: Message) {
  const { key, coverage, cluster, at, kind } = message;
  return {
    specversion: '1.0',
    id: key,
    source: `/apis/platformsupport.io/v1alpha1/namespaces/${coverage.namespace}/supportcoverages/${coverage.name}`,
    type: types[kind],
    ...(cluster === '' ? {} : { subject: cluster }),
    time: at,
    datacontenttype: 'application/json',
    data: { summary: summaryOf(message), ...message },
  };
}

/** Over the time too, so that what was once sent cannot be sent again later by somebody who kept it. */
function signature(body: string, key: string, now: Temporal.Instant): string {
  const seconds = Math.floor(now.epochMilliseconds / 1000);
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
}
