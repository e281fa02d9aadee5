import { createHash } from "node:crypto";
import type { SampleIdentity } from "../../core/sample.ts";

/**
 * Trace identifier of a sample: 32 hexadecimal digits of a SHA-256 over the run, the trial's place and the moment at which
 * it began. The same sample has the same identifier whenever it is emitted; a trial that failed and is tried again when
 * its run is resumed leaves another sample, hence another trace.
 */
export function traceIdOf(runId: string, { side, caseId, repetition, startedAt }: SampleIdentity): string {
  return digest([runId, side, repetition, caseId, startedAt], 32);
}

/** Identifier of a span in its trace: 16 hexadecimal digits, from a name that is unique there. */
export function spanIdOf(traceId: string, name: string): string {
  return digest([traceId, name], 16);
}

/** Identifier of the span of a whole trial. */
export function trialSpanIdOf(traceId: string): string {
  return spanIdOf(traceId, "trial");
}

/**
 * The W3C header `traceparent` of a trial: what the measured system records with it becomes part of the trial's own trace
 * (version 00, sampled; www.w3.org/TR/trace-context, 3.2).
 */
export function traceparentOf(runId: string, sample: SampleIdentity): string {
  const traceId = traceIdOf(runId, sample);
  return `00-${traceId}-${trialSpanIdOf(traceId)}-01`;
}

function digest(parts: readonly (string | number)[], digits: number): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}
