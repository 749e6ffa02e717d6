import type { Subject } from '../../api/v1alpha1/coveragereport.ts';
import type { Message } from './message.ts';

/** Something open that a contact line was told of, or is being told of now. */
export interface OpenAlert extends Subject {
  cluster: string;
  environment?: string;
  /** When it began, RFC 3339. */
  since: string;
  /** What to do about it. */
  remediation?: string;
}

/** What went wrong although the message was delivered, in a text that stays the same while it does. */
export interface Delivered {
  problem?: string;
}

/** A contact line as something to send with. Both throw DeliveryError. */
export interface Channel {
  deliver(message: Message, signal: AbortSignal): Promise<Delivered>;
  /**
   * For receivers that forget what nobody repeats: says everything that is open, and ends what no longer is. It is called after each
   * `deliver`, and the message is delivered when both are done; and again each `resendMs`.
   */
  keepAlive?(alerts: readonly OpenAlert[], signal: AbortSignal): Promise<Delivered>;
}

/** The message is safe to show: no secret, no path of an address. It is the same for the same cause. */
export class DeliveryError extends Error {
  /** Whether it may pass by itself. Otherwise somebody has to change something, and it is tried again at a slow pace. */
  readonly retryable: boolean;
  /** How long the other side asked us to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { retryable: boolean; retryAfterMs?: number | undefined }) {
    super(message);
    this.name = 'DeliveryError';
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
  }
}
