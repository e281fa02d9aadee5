import type { Decision } from "../core/comparison.ts";
import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { Promotion } from "../core/promotion.ts";
import type { Redact } from "../core/redact.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { Report } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import { waivedOf } from "../core/waived.ts";
import { promotionsBefore, recordPromotion, releasesLive } from "./promotions.ts";

/** Who records something, and when. */
export interface PromotionRecording {
  /** Who does it. */
  readonly by: string;
  /** How that is known: `--by`, the name of a variable, `git`. */
  readonly byFrom: string;
  /** Time of day, ISO 8601. */
  readonly now: () => string;
  readonly redact: Redact;
}

/** What was recorded, or what stood there already. */
export interface RecordedPromotion {
  readonly promotion: Promotion;
  /** False when the release was live already, by the record: nothing was written. */
  readonly isNew: boolean;
}

/**
 * Records that the candidate of a run became the live release of its evaluation. Deploys nothing.
 *
 * @param despite why it is promoted although the run did not pass, or was taken back before.
 * @throws EvalsError PROMOTION_REFUSED for a run that did not finish, that ran a part of the dataset, or that forbids it.
 */
export async function promote(
  store: Store,
  manifest: RunManifest,
  { despite, note, ...recording }: PromotionRecording & { readonly despite?: string; readonly note?: string },
): Promise<RecordedPromotion> {
  const { runId, evaluation, candidate, baseline } = manifest;
  const report = await finishedReport(store, manifest);
  const earlier = await promotionsBefore(store, evaluation.name);
  const live = releasesLive(earlier).at(-1) ?? null;
  if (live?.since && live.release.fingerprint === candidate.fingerprint)
    return { promotion: live.since, isNew: false };
  const { by, byFrom, now, redact } = recording;
  const at = now();
  const forbidden = forbids(manifest, report, earlier, at);
  if (forbidden !== null && despite === undefined) throw forbidden;
  if (forbidden === null && despite !== undefined) {
    const message = `nothing forbids to promote run ${runId}, so that there is nothing to give a reason against`;
    throw new EvalsError(
      "PROMOTION_REFUSED",
      message,
      "leave out --despite; --note takes what is worth knowing",
    );
  }
  const caveats = [
    ...waivedOf(report.decisions).map(sayWaived),
    ...(await caveatsOf(store, manifest, live?.release ?? null)),
  ];
  const promotion: Promotion = {
    schemaVersion: 1,
    kind: "promotion",
    number: (earlier.at(-1)?.number ?? 0) + 1,
    evaluation: evaluation.name,
    at,
    by: redact(by),
    byFrom,
    ...(note !== undefined && { note: redact(note) }),
    runId,
    verdict: report.verdict,
    ...(despite !== undefined && { despite: redact(despite) }),
    ...(caveats.length > 0 && { caveats }),
    release: candidate,
    replaced: baseline,
  };
  await recordPromotion(store, promotion);
  return { promotion, isNew: true };
}

/** The report of a run of the whole dataset. */
async function finishedReport(store: Store, { runId, filter, evaluation }: RunManifest): Promise<Report> {
  const report = (await store.read(runId, "report")).at(-1);
  if (report === undefined) {
    const hint = `resume it with \`evals run ${evaluation.file} --resume ${runId}\``;
    throw new EvalsError("PROMOTION_REFUSED", `run ${runId} did not finish, and has no verdict`, hint);
  }
  if (filter !== null) {
    const message = `run ${runId} ran only the cases of ${filter}, and a part of the dataset proves nothing of the rest`;
    const hint = `run all cases with \`evals run ${evaluation.file}\`, and promote that run`;
    throw new EvalsError("PROMOTION_REFUSED", message, hint);
  }
  return report;
}

/** Why the run may not be promoted unless its user says why it is all the same; `null` where nothing forbids it. */
function forbids(
  { runId, candidate }: RunManifest,
  { verdict, decisions }: Report,
  earlier: readonly Promotion[],
  at: string,
): EvalsError | null {
  const anyway = 'or say why it ships all the same: --despite "REASON", which every report will show';
  if (verdict !== "pass") {
    const message = `run ${runId} ended in ${verdict}: ${candidate.name} is not proven safe to ship`;
    return new EvalsError("PROMOTION_REFUSED", message, `promote a run that passes, ${anyway}`);
  }
  const expired = waivedOf(decisions).find(
    ({ waiver }) => waiver !== undefined && waiver.expires < at.slice(0, 10),
  );
  if (expired?.waiver !== undefined) {
    const { name, expires } = expired.waiver;
    const message = `run ${runId} passed by the waiver "${name}", which expired after ${expires}`;
    return new EvalsError("PROMOTION_REFUSED", message, `settle what was waived and run it again, ${anyway}`);
  }
  const before = earlier.findLast((each) => each.kind === "promotion" && each.runId === runId);
  if (before === undefined) return null;
  const since = earlier.find(({ number }) => number > before.number);
  const message = `run ${runId} was promoted on ${before.at.slice(0, 10)} by ${before.by}, and a ${since?.kind ?? "promotion"} by ${since?.by ?? "somebody"} has made ${since?.release.name ?? "another release"} live since`;
  return new EvalsError(
    "PROMOTION_REFUSED",
    message,
    `run it again, against what is live now, and promote that run, ${anyway}`,
  );
}

/** A decision that does not block by its waiver, in a sentence. */
function sayWaived({ metric, cohort, decision, waiver }: Decision): string {
  const { name, approvedBy, expires, reason } = waiver!;
  return `it rests on the waiver "${name}": ${metric} in ${cohort} is ${decision}, approved by ${approvedBy} until ${expires}: ${reason}`;
}

/** What speaks against a promotion without forbidding it. */
async function caveatsOf(
  store: Store,
  { runId, createdAt, evaluation, candidate, baseline }: RunManifest,
  live: ReleaseManifest | null,
): Promise<string[]> {
  const caveats: string[] = [];
  if (live !== null && live.fingerprint !== baseline.fingerprint) {
    caveats.push(
      `it was compared with ${named(baseline)}, and not with ${named(live)}, which was live by the record`,
    );
  }
  const later = (await store.runs({ evaluation: evaluation.name })).filter(
    (run) =>
      run.runId !== runId &&
      run.createdAt >= createdAt &&
      run.candidate.fingerprint === candidate.fingerprint,
  );
  for (const run of later) {
    const verdict = (await store.read(run.runId, "report")).at(-1)?.verdict;
    if (verdict === "pass" || verdict === undefined || run.filter !== null) continue;
    caveats.push(`a later run of the same release, ${run.runId}, ended in ${verdict}`);
  }
  return caveats;
}

function named({ name, fingerprint }: ReleaseManifest): string {
  return `${name} (${fingerprint.slice(0, 12)})`;
}
