import type { Cause, Stage } from '../../api/v1alpha1/fields.ts';
import { redact, shortened } from '../../kube/redact.ts';
import type { Capture, Pattern } from './pattern.ts';
import { patterns } from './patterns.ts';
import { beginnings, places, reasons, stagesOfCauses, stagesOfKinds, wordsOfIdentity, worksOfPods } from './places.ts';

export interface Failure {
  /** What was said of it. */
  text: string;
  /** Of the condition or container. */
  reason?: string | undefined;
  /** Of the object. */
  kind?: string | undefined;
}

export interface Classification {
  stage: Stage;
  cause: Cause;
  /** What to look at first, such as `Secret flux-system/git` or `host registry.example.com`; never a credential. */
  subject?: string;
  /** The pattern that decided, where one did. */
  pattern?: string;
}

/** A message may be as long as a server likes; what decides stands at its beginning. Characters. */
const looked = 8 * 1024;

/** By its text; else by its reason; else, for the stage alone, by its kind. What none of them says is Unknown. */
export function classify({ text, reason = '', kind = '' }: Failure): Classification {
  const message = shortened(text, looked);
  const lower = message.toLowerCase();
  const pattern = patterns.find((candidate) => matches(candidate, lower));
  const given = Object.hasOwn(reasons, reason) ? reasons[reason] : undefined;
  const certain = Object.hasOwn(stagesOfKinds, kind) ? stagesOfKinds[kind] : undefined;
  const usual = given?.stage ?? certain;
  const cause = pattern?.cause ?? given?.cause ?? 'Unknown';
  const said = (pattern ? (pattern.stage ?? placeOf(lower) ?? usual) : agreed(usual, placeOf(lower))) ?? 'Unknown';
  // A runner deploys nothing.
  const waits = certain === 'Queue' || isOfOwnPod(kind, lower);
  const subject = pattern && subjectOf(pattern, message);
  return {
    stage: stagesOfCauses[cause] ?? (isOfIdentity(cause, lower) ? 'Unknown' : said === 'Deploy' && waits ? 'Queue' : said),
    cause,
    ...(subject ? { subject } : {}),
    ...(pattern ? { pattern: pattern.id } : {}),
  };
}

/**
 * What was being done says where a known fault struck. Of one that is not known it says too little to tell the stage (it may have been on the
 * way to it), and enough to doubt what the reason or the kind says.
 */
function agreed(usual: Stage | undefined, place: Stage | undefined): Stage | undefined {
  return place === undefined || place === usual ? usual : undefined;
}

/** Refused credentials are their own stage, whatever was being done; in words that no row knows they may be refused, or may not. */
function isOfIdentity(cause: Cause, lower: string): boolean {
  return cause === 'Unknown' && has(lower, wordsOfIdentity);
}

/** What a run deploys is no pod of its own, and what comes of its pod once that runs is not told in these words. */
function isOfOwnPod(kind: string, lower: string): boolean {
  return worksOfPods.has(kind) && (has(lower, beginnings) || has(lower, ofPods));
}

const ofPods = [
  ...['pods "', 'pod "', 'build pod', 'run pod', 'failed to create pod', 'nodes are available: ', 'persistentvolumeclaims "'],
  ...['error creating: ', 'error creating job: ', 'failed to create taskrun', 'error creating taskrun'],
];

function has(lower: string, pieces: readonly string[]): boolean {
  return pieces.some((piece) => lower.includes(piece));
}

function matches({ all, any, none = [] }: Pattern, lower: string): boolean {
  return all.every((piece) => lower.includes(piece)) && (any === undefined || has(lower, any)) && !has(lower, none);
}

function placeOf(lower: string): Stage | undefined {
  return places.find(({ any }) => has(lower, any))?.stage;
}

function subjectOf({ subject = [] }: Pattern, message: string): string | undefined {
  if (subject.length === 0) return undefined;
  const clean = redact(message);
  for (const capture of subject) {
    const name = captured(clean, capture);
    if (name) return `${capture.what} ${name}`;
  }
  return undefined;
}

/** Names, addresses, images and revisions; a digest may follow an @, and nothing else may. */
const nameable = /^[\w][\w./:+*-]{0,252}(?:@sha256:[0-9a-f]{6,64})?$/;

/** Random paths of a controller's own are nothing to look at, and would make a new message of every attempt. */
function captured(message: string, { after, until = '"\'`\\ ,;\n)' }: Capture): string | undefined {
  const start = message.toLowerCase().indexOf(after);
  if (start < 0) return undefined;
  const from = start + after.length;
  let end = from;
  while (end < message.length && end - from <= 320 && !until.includes(message.charAt(end))) end += 1;
  const name = message.slice(from, end).replace(/[.:]+$/, '');
  return isName(name) && !/(^|\/)tmp\//.test(name) ? name : undefined;
}

/** False for what is no name, such as `user:password@host`. */
export function isName(text: string): boolean {
  return nameable.test(text) && redact(text) === text;
}
