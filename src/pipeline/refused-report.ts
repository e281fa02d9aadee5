import type { EvalsError } from "../core/errors.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { Report } from "../core/report.ts";
import { comparabilityOf } from "./comparability.ts";

/** The report of a run that was refused before its first call: no decisions, the reason, and exit code 2. */
export function refusedReport(error: EvalsError): Report {
  const { code, message, hint } = error;
  return {
    schemaVersion: 1,
    verdict: "error",
    exitCode: 2,
    headline: `Refused before the first call: ${message}.`,
    decisions: [],
    comparisons: [],
    operations: [],
    nextSteps: [],
    rollback: null,
    comparability:
      code === "NOT_COMPARABLE"
        ? comparabilityOf(error.details as Record<"baseline" | "candidate", ReleaseManifest>)
        : [],
    caseCounts: { regressed: 0, improved: 0, unchanged: 0, errored: 0, unscored: 0 },
    cases: [],
    provenance: null,
    error: { code, message, hint },
  };
}
