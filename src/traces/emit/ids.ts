import { createHash } from "node:crypto";
import type { Sample } from "../../core/sample.ts";

/**
 * Trace identifier of a sample: 32 hexadecimal digits of a SHA-256 over the run, the trial's place and the moment at which
 * it began. The same sample has the same identifier whenever it is emitted; a trial that failed and is tried again when
 * its run is resumed leaves another sample, hence another trace.
 */
export function traceIdOf(
  runId: string,
  { side, caseId, repetition, startedAt }: Pick<Sample, "side" | "caseId" | "repetition" | "startedAt">,
): string {
  return digest([runId, side, repetition, caseId, startedAt], 32);
}

/** Identifier of a span in its trace: 16 hexadecimal digits, from a name that is unique there. */
export function spanIdOf(traceId: string, name: string): string {
  return digest([traceId, name], 16);
}

function digest(parts: readonly (string | number)[], digits: number): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, digits);
}
