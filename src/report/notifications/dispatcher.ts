import type { Contact } from '../../api/v1alpha1/supportcoverage.ts';
import { createLine, type Line, type LineOptions, type LineResult, type LineState } from './line.ts';
import type { CoverageRef } from './message.ts';

/** A contact line of a coverage. */
export interface LineKey {
  coverage: CoverageRef;
  contact: Contact;
}

export interface DispatcherOptions extends Omit<LineOptions, 'coverage' | 'contact' | 'onChange'> {
  /** Told when the result of one of its contact lines is another: `namespace/name` of the coverage. */
  onChange: (coverageKey: string) => void;
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
