import type { Cause, Stage } from '../../api/v1alpha1/fields.ts';

/** Where in a message something worth naming stands: after this, up to the next of these characters (or the end). */
export interface Capture {
  /** What it is, as it is named before it: `Secret`, `host`. */
  what: string;
  after: string;
  /** Default: a quotation mark, a space, or what ends a clause. */
  until?: string;
}

/** A real message, and where it is from: a file of the project that writes it, or a thread that quotes it. Names in it may be others. */
export interface Sample {
  text: string;
  source: string;
  /** What is named of it. */
  subject?: string;
}

/**
 * One kind of message. It is told by pieces of text and by nothing that could take longer than one look at each: a message is whatever
 * a server far away has said.
 */
export interface Pattern {
  id: string;
  /** Who writes it. */
  tool: string;
  /** All of these are in the message, whatever their case. */
  all: readonly string[];
  /** And one of these, where there are any. */
  any?: readonly string[];
  /** And none of these. */
  none?: readonly string[];
  /** Absent: the cause says so (`stagesOfCauses`), or what was being done (`places`), or else the reason or the kind. */
  stage?: Stage;
  cause: Cause;
  /** The first that is found. */
  subject?: readonly Capture[];
  samples: readonly [Sample, Sample, ...Sample[]];
}
