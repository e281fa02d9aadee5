import type { ManifestDifference } from "../core/release.ts";
import type { Comparability } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import { compareManifests, idleChanges } from "./compare-manifests.ts";

/** The differences between the two bundles, as findings. Refused ones stop a run; here they are only written down. */
export function comparabilityOf(manifest: Pick<RunManifest, "baseline" | "candidate">): Comparability[] {
  const differences = compareManifests(manifest.baseline, manifest.candidate);
  const findings = differences.map(
    (difference): Comparability => ({
      level: difference.declared ? "declared" : "refused",
      subject: difference.path,
      message: sayDifference(difference),
    }),
  );
  for (const path of idleChanges(manifest.candidate, differences)) {
    const message = `the candidate declares a change of ${path}, but nothing differs there`;
    findings.push({ level: "note", subject: path, message });
  }
  if (differences.length === 0) {
    const message = "both releases are the same bundle: every difference below is noise";
    findings.push({ level: "note", subject: "releases", message });
  }
  return findings;
}

function sayDifference({ path, baseline, candidate, declared }: ManifestDifference): string {
  const change = `${path} differs: ${shorten(baseline)} in the baseline, ${shorten(candidate)} in the candidate`;
  return declared ? `${change} (declared)` : `${change}, and the candidate does not declare it`;
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}
