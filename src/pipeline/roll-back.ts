import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import { isJsonObject } from "../core/json.ts";
import type { Promotion } from "../core/promotion.ts";
import type { ReleaseManifest } from "../core/release.ts";
import { didYouMean } from "../core/suggest.ts";
import type { PromotionRecording, RecordedPromotion } from "./promote.ts";
import { promotionsBefore, recordPromotion, releasesLive, type Standing } from "./promotions.ts";

/**
 * Records that the live release of an evaluation was taken back for one that was live before, with the whole bundle of that one.
 * Deploys nothing.
 *
 * @param to name, or the first characters of the fingerprint, of a release that was live before; left out, the one just before.
 * @throws EvalsError PROMOTION_REFUSED when there is none, or when its bundle names fewer components than the live one.
 */
export async function rollBack(
  store: Store,
  evaluation: string,
  { to, note, by, byFrom, now, redact }: PromotionRecording & { readonly to?: string; readonly note: string },
): Promise<RecordedPromotion> {
  const earlier = await promotionsBefore(store, evaluation);
  const standing = releasesLive(earlier);
  const live = standing.at(-1);
  if (live === undefined || live.since === null) {
    const message = `no promotion of ${evaluation} was recorded, so that there is nothing to go back to`;
    throw new EvalsError("PROMOTION_REFUSED", message, "`evals promote` records what becomes live");
  }
  if (to !== undefined && isMeant(live, to)) return { promotion: live.since, isNew: false };
  const target = restored(standing, to);
  const { release } = target;
  requireWhole(release, live);
  const shipped = earlier.findLast(
    (each) => each.kind === "promotion" && each.release.fingerprint === release.fingerprint,
  );
  const caveats = [...(shipped?.caveats ?? []), ...unrecorded(standing, target)];
  const promotion: Promotion = {
    schemaVersion: 1,
    kind: "rollback",
    number: earlier.at(-1)!.number + 1,
    evaluation,
    at: now(),
    by: redact(by),
    byFrom,
    note: redact(note),
    runId: shipped?.runId ?? null,
    verdict: shipped?.verdict ?? null,
    ...(shipped?.despite !== undefined && { despite: shipped.despite }),
    ...(caveats.length > 0 && { caveats }),
    release,
    replaced: live.release,
  };
  await recordPromotion(store, promotion);
  return { promotion, isNew: true };
}

function isMeant({ release }: Standing, to: string): boolean {
  return release.name === to || (to.length >= 6 && release.fingerprint.startsWith(to));
}

/** The release to go back to: the one that is named, else the one just below the live one. */
function restored(standing: readonly Standing[], to: string | undefined): Standing {
  const live = standing.at(-1)!;
  const below = standing.slice(0, -1);
  const names = below.map(({ release }) => release.name).reverse();
  if (below.length === 0) {
    const message = `${live.release.name} is the first release that was recorded, so that there is none to go back to`;
    throw new EvalsError(
      "PROMOTION_REFUSED",
      message,
      "`evals promotions` lists what was recorded; restore by what you know, and promote a run of it",
    );
  }
  if (to !== undefined) {
    const found = below.findLast((each) => isMeant(each, to));
    if (found !== undefined) return found;
    throw new EvalsError("PROMOTION_REFUSED", `no release "${to}" was live before`, didYouMean(to, names));
  }
  // A command that is repeated must not go back twice.
  if (live.since?.kind === "rollback") {
    const message = `${live.release.name} is live by a rollback already, since ${live.since.at} by ${live.since.by}`;
    throw new EvalsError(
      "PROMOTION_REFUSED",
      message,
      `to go back further, name the release: --to ${names[0]}`,
    );
  }
  return below.at(-1)!;
}

/** Says when the release to go back to was live without being recorded, and another one is recorded before it. */
function unrecorded(standing: readonly Standing[], target: Standing): string[] {
  const recorded = standing[standing.indexOf(target) - 1];
  if (target.since !== null || recorded === undefined) return [];
  const { name } = recorded.release;
  return [
    `${target.release.name} was live without being recorded; the release that was recorded before is ${name} (--to ${name} goes back to it)`,
  ];
}

/** A bundle that names fewer components than the live one would leave the others as they are. */
function requireWhole(release: ReleaseManifest, { release: live }: Standing): void {
  const named = new Set(componentsOf(release));
  const missing = componentsOf(live).filter((name) => !named.has(name));
  if (missing.length === 0) return;
  const message = `the recorded bundle of ${release.name} does not name ${missing.join(", ")}, which ${live.name} has: a rollback to it would restore a part`;
  const hint =
    "name every component in a release (null for one that it has not), run it against what is live, and promote that run";
  throw new EvalsError("PROMOTION_REFUSED", message, hint);
}

/** Names of the components of a release; those of its own making, under `extra`, one by one. */
function componentsOf({ components }: ReleaseManifest): string[] {
  return Object.entries(components).flatMap(([name, { value }]) =>
    name === "extra" && isJsonObject(value) ? Object.keys(value).map((own) => `extra.${own}`) : [name],
  );
}
