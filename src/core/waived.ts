import type { Decision } from "./comparison.ts";
import type { Verdict } from "./gate.ts";
import { plural } from "./quantities.ts";

/** Decisions that would block without their waivers. */
export function waivedOf(decisions: readonly Decision[]): Decision[] {
  return decisions.filter(({ waiver }) => waiver !== undefined);
}

/** A verdict in words that never hide a waiver: `fail`, `pass`, or `pass with 2 waivers`. */
export function verdictInWords(report: {
  readonly verdict: Verdict;
  readonly decisions: readonly Decision[];
}): string {
  const waived = waivedOf(report.decisions).length;
  return report.verdict === "pass" && waived > 0 ? `pass with ${plural(waived, "waiver")}` : report.verdict;
}
