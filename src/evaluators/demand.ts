import type { Evidence } from "../core/score.ts";

/** One demand on an answer with what was found; a state has evidence for each of its paths. */
export interface Demand {
  /** Whether it is fulfilled. */
  readonly fulfilled: boolean;
  /** What is wrong, in a few words; empty when fulfilled. */
  readonly complaint: string;
  /** What it rests on. */
  readonly evidence: readonly Evidence[];
}

/** A demand with one piece of evidence. */
export function demand(fulfilled: boolean, subject: string, finding: string, complaint: string): Demand {
  return {
    fulfilled,
    complaint: fulfilled ? "" : complaint,
    evidence: [{ subject, finding, supports: fulfilled }],
  };
}
