import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import { canonicalJson } from "../core/json.ts";
import {
  type KnownPromotions,
  type Promotion,
  type PromotionMark,
  promotionSchema,
  promotionsScope,
} from "../core/promotion.ts";
import { plural } from "../core/quantities.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { RunManifest } from "../core/run.ts";
import { compareManifests } from "./compare-manifests.ts";

/** The promotions that a store holds. */
export interface StoredPromotions {
  /** Promotions and rollbacks, the oldest of each evaluation first. */
  readonly promotions: readonly Promotion[];
  /** Number of records that this version cannot read: a newer one wrote them. What is live is not known then. */
  readonly unreadable: number;
}

/** Says that promotions cannot be read, in words for a warning. */
export function newerPromotions(unreadable: number): string {
  return `${plural(unreadable, "recorded promotion")} cannot be read, written by a newer version of gatewright`;
}

/** Reads the promotions and rollbacks of an evaluation, or of all. */
export async function readPromotions(store: Store, evaluation?: string): Promise<StoredPromotions> {
  const records = (await store.read(promotionsScope, "promotion")).filter((record) => {
    const of: unknown = (record as Partial<Promotion> | null)?.evaluation;
    return evaluation === undefined || typeof of !== "string" || of === evaluation;
  });
  // The records are given on as they are: a schema leaves out members such as `__proto__`, and a bundle must stay whole.
  const promotions = records
    .filter((record) => promotionSchema.safeParse(record).success)
    .sort((a, b) => (a.evaluation === b.evaluation ? a.number - b.number : 0));
  return { promotions, unreadable: records.length - promotions.length };
}

/** One release that was live, as the record has it. */
export interface Standing {
  readonly release: ReleaseManifest;
  /** What made it live; `null` where it was live before anything was recorded, or without being recorded. */
  readonly since: Promotion | null;
}

/**
 * The releases that could be gone back to, one upon the other: the last one is live, the one below it was live before. A promotion
 * puts its release on top, upon the baseline that it was judged against; a rollback takes down what it leaves.
 *
 * @param promotions those of one evaluation, the oldest first.
 */
export function releasesLive(promotions: readonly Promotion[]): Standing[] {
  const live: Standing[] = [];
  const isTop = (release: ReleaseManifest) => live.at(-1)?.release.fingerprint === release.fingerprint;
  for (const promotion of promotions) {
    const { kind, release, replaced } = promotion;
    if (kind === "rollback") {
      while (live.length > 0 && !isTop(release)) live.pop();
    } else if (!isTop(replaced)) {
      live.push({ release: replaced, since: null });
    }
    if (isTop(release)) live.pop();
    live.push({ release, since: promotion });
  }
  return live;
}

/** What a run with these releases is to remember of the promotions of its evaluation; `undefined` where nothing was recorded. */
export function knownPromotions(
  promotions: readonly Promotion[],
  baseline: ReleaseManifest,
): KnownPromotions | undefined {
  const live = promotions.at(-1);
  if (live === undefined) return undefined;
  const ofBaseline = promotions.findLast(({ release }) => release.fingerprint === baseline.fingerprint);
  return {
    live: markOf(live),
    differences:
      live.release.fingerprint === baseline.fingerprint
        ? []
        : compareManifests(live.release, baseline).map(({ path }) => path),
    ...(ofBaseline && { baseline: markOf(ofBaseline) }),
  };
}

function markOf(promotion: Promotion): PromotionMark {
  const { kind, number, at, by, runId, verdict, despite, caveats, release } = promotion;
  return {
    kind,
    number,
    at,
    by,
    runId,
    verdict,
    ...(despite !== undefined && { despite }),
    ...(caveats !== undefined && { caveats }),
    release: { name: release.name, fingerprint: release.fingerprint },
  };
}

/**
 * Writes a promotion as the next one of its evaluation.
 *
 * @throws EvalsError PROMOTION_REFUSED when somebody else recorded one at the same time.
 */
export async function recordPromotion(store: Store, promotion: Promotion): Promise<void> {
  const { evaluation, number } = promotion;
  const key = JSON.stringify([evaluation, number]);
  await store.append([{ kind: "promotion", runId: promotionsScope, key, body: promotion }]);
  // Of two records with one key the store keeps the first.
  const { promotions } = await readPromotions(store, evaluation);
  const stored = promotions.find((each) => each.number === number);
  if (stored !== undefined && canonicalJson(stored) === canonicalJson(promotion)) return;
  throw new EvalsError(
    "PROMOTION_REFUSED",
    `nothing was recorded: ${stored?.by ?? "somebody else"} recorded a ${stored?.kind ?? "promotion"} of ${evaluation} at the same time`,
    "look at `evals promotions`, and try again if it is still right",
  );
}

/**
 * The promotions of an evaluation to which another one is to be added.
 *
 * @throws EvalsError PROMOTION_REFUSED when some cannot be read: what is live is not known then.
 */
export async function promotionsBefore(store: Store, evaluation: string): Promise<readonly Promotion[]> {
  const { promotions, unreadable } = await readPromotions(store, evaluation);
  if (unreadable === 0) return promotions;
  throw new EvalsError(
    "PROMOTION_REFUSED",
    `${newerPromotions(unreadable)}: it is not known what is live`,
    "update gatewright",
  );
}

/** What a run is to remember of promotions, read from the store; nothing where some cannot be read. */
export async function promotionsFor(
  store: Store,
  { evaluation, baseline }: Pick<RunManifest, "evaluation" | "baseline">,
  warn: (message: string) => void,
): Promise<KnownPromotions | undefined> {
  const { promotions, unreadable } = await readPromotions(store, evaluation.name);
  if (unreadable === 0) return knownPromotions(promotions, baseline);
  warn(`${newerPromotions(unreadable)}; the report does not say what was promoted`);
  return undefined;
}
