import type { PromotionMark } from "../core/promotion.ts";
import { plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";

/** Differences that are named one by one. */
const shownDifferences = 4;

/**
 * What the recorded promotions say about the baseline of a run: that another release was promoted last, and what its own promotion was
 * made despite. Notes, not errors: people may deploy without recording it.
 */
export function tellPromotions({ promotions, baseline, candidate }: RunManifest): Comparability[] {
  if (promotions === undefined) return [];
  const notes: Comparability[] = [];
  const { live, differences } = promotions;
  if (live.release.fingerprint !== baseline.fingerprint) {
    const isCandidate = live.release.fingerprint === candidate.fingerprint;
    const compared =
      live.release.name === baseline.name
        ? `with another bundle of the same name (${short(baseline.fingerprint)})`
        : `with ${baseline.name} (${short(baseline.fingerprint)})`;
    const message = isCandidate
      ? `the release that was last promoted is the candidate, ${whoAndWhen(live)}; this run compares it ${compared}, and not with itself`
      : `the release that was last promoted is ${whoAndWhen(live)}; this run compares ${compared}, which differs in ${listed(differences)}`;
    notes.push({ level: "note", subject: "last promoted", message });
  }
  const own = promotions.baseline;
  if (own?.despite !== undefined) {
    const message = `the baseline was promoted despite ${own.verdict === "pass" ? "an objection" : `its verdict, ${own.verdict}`}, ${whenAndBy(own)}: ${own.despite}`;
    notes.push({ level: "note", subject: "baseline", message });
  }
  for (const caveat of own?.caveats ?? []) {
    const message = `of the promotion of the baseline, ${whenAndBy(own!)}: ${caveat}`;
    notes.push({ level: "note", subject: "baseline", message });
  }
  return notes;
}

function whoAndWhen(mark: PromotionMark): string {
  const { name, fingerprint } = mark.release;
  const how = mark.kind === "rollback" ? ", by a rollback" : "";
  return `${name} (${short(fingerprint)}, ${whenAndBy(mark)}${how})`;
}

function whenAndBy({ at, by }: PromotionMark): string {
  return `${at.slice(0, 10)} by ${by}`;
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 12);
}

function listed(paths: readonly string[]): string {
  const shown = paths.slice(0, shownDifferences).join(", ");
  const rest = paths.length - shownDifferences;
  return rest > 0 ? `${shown} and ${plural(rest, "more place")}` : shown;
}
