import type { Contact } from '../../api/v1alpha1/supportcoverage.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { OpenAlert } from './channel.ts';
import type { ChannelFor } from './channel-for.ts';
import { createLine, type Line } from './line.ts';
import type { CoverageRef, Message } from './message.ts';
import type { NotificationMetrics } from './metrics.ts';

/** A contact line of a coverage. */
export interface LineKey {
  coverage: CoverageRef;
  contact: Contact;
}

/** What a contact line is to hear. */
export interface LineState {
  /** Messages that are due and not delivered as far as the caller knows. What a key stands for never changes. */
  pending: readonly Message[];
  /** Until when they may be sent, by key; any other at any time. So nobody is told out of hours because nobody came to say that they are over. */
  until?: ReadonlyMap<string, Temporal.Instant>;
  /** All that the contact line was told of or is told of by `pending`, and that is open. */
  open: readonly OpenAlert[];
}

/** What became of it, for status and report. */
export interface LineResult {
  /** When a message was delivered last, RFC 3339; undefined where none was since this process began to lead. */
  delivered?: string;
  /** Why something is not delivered, or not to every replica; the same text while the cause is the same. */
  problem?: string;
  /** Keys of the messages delivered last. The caller forgets these messages, and offers them no more. */
  deliveredKeys: ReadonlySet<string>;
}

export interface DispatcherOptions {
  channelFor: ChannelFor;
  clock: Clock;
  /** 0 ≤ value < 1, as Math.random. */
  random: () => number;
  /** Asked before each try; while it says no, nothing is sent and nothing is lost. */
  mayWrite: () => boolean;
  logger: Logger;
  metrics: NotificationMetrics;
  /** Told when the result of one of its contact lines is another: `namespace/name` of the coverage. */
  onChange: (coverageKey: string) => void;
  /** How often what is open is said again to receivers that forget, milliseconds. */
  resendMs: number;
}

/**
 * Delivers what is due. Each contact line has a worker of its own, so that none waits for another, and one delivery at a time. At least
 * once: a message is tried until it is delivered or offered no more, and a message that is delivered twice, since the process ended
 * between the delivery and its record, has the same key.
 */
export interface Dispatcher {
  /** Says what a contact line is to hear now; instead of what was said before. The same again changes nothing. */
  offer(key: LineKey, state: LineState): void;
  result(coverageKey: string, contact: string): LineResult;
  /** Forgets the contact lines of a coverage that it has no more. */
  retain(coverageKey: string, contacts: readonly string[]): void;
  /** Forgets a coverage that was deleted; what is being delivered is given up. */
  forget(coverageKey: string): void;
  /** At shutdown: begins nothing more, and resolves when what is under way has ended, at the latest after `ms`; then it is given up. */
  flush(ms: number): Promise<void>;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  /** By coverage, then by the name of the contact. */
  const lines = new Map<string, Map<string, Line>>();
  let closed = false;

  function drop(coverageKey: string, keep: (name: string, line: Line) => boolean): void {
    const ofCoverage = lines.get(coverageKey);
    for (const [name, line] of ofCoverage ?? []) {
      if (keep(name, line)) continue;
      line.end();
      ofCoverage?.delete(name);
    }
    if (ofCoverage?.size === 0) lines.delete(coverageKey);
  }

  function lineOf({ coverage, contact }: LineKey): Line {
    const key = `${coverage.namespace}/${coverage.name}`;
    // A coverage that was deleted and made anew has nothing to do with the old one.
    drop(key, (_, line) => line.coverage.uid === coverage.uid);
    const ofCoverage = lines.get(key) ?? new Map<string, Line>();
    lines.set(key, ofCoverage);
    const known = ofCoverage.get(contact.name);
    const line = known ?? createLine({ ...options, coverage, contact: contact.name, onChange: () => options.onChange(key) });
    ofCoverage.set(contact.name, line);
    return line;
  }

  return {
    offer: (key, state) => {
      if (!closed) lineOf(key).offer(key.contact, state);
    },
    result: (coverageKey, contact) => lines.get(coverageKey)?.get(contact)?.result() ?? { deliveredKeys: new Set() },
    retain: (coverageKey, contacts) => drop(coverageKey, (name) => contacts.includes(name)),
    forget: (coverageKey) => drop(coverageKey, () => false),
    flush: async (ms) => {
      closed = true;
      const all = [...lines.values()].flatMap((ofCoverage) => [...ofCoverage.values()]);
      let cancel = () => {};
      const late = new Promise<void>((resolve) => {
        cancel = options.clock.after(ms, () => {
          for (const line of all) line.giveUp();
          resolve();
        });
      });
      await Promise.race([Promise.all(all.map((line) => line.close())), late]);
      cancel();
    },
  };
}
