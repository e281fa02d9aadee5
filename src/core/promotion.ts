import { z } from "zod";
import { verdictSchema } from "./gate.ts";
import { releaseManifestSchema } from "./release.ts";

/**
 * What stands in the place of a run's identifier in the records of promotions. They belong to no run, so that they stay when runs are
 * removed; identifiers of runs do not begin with `@`.
 */
export const promotionsScope = "@promotions";

/** That a release became the live one of an evaluation, and who said so: a promotion, or a rollback to a release that was live before. */
export const promotionSchema = z.object({
  /** Version of the record's format. */
  schemaVersion: z.literal(1),
  /** `promotion` of a candidate that was judged, or `rollback` to what was live before. */
  kind: z.enum(["promotion", "rollback"]),
  /** Number within the evaluation, promotions and rollbacks counted together; the first is 1. */
  number: z.number().int().min(1),
  /** Name of the evaluation. */
  evaluation: z.string(),
  /** When it was recorded, ISO 8601. */
  at: z.string(),
  /** Who did it, as they or their environment said; nobody has checked it. */
  by: z.string(),
  /** How `by` was known: `--by`, the name of a variable such as `GITHUB_ACTOR`, or `git`. */
  byFrom: z.string(),
  /** What its user wrote about it; for a rollback, why. */
  note: z.string().optional(),
  /** The run that judged the release; `null` for a rollback to a release that was live before the first promotion. */
  runId: z.string().nullable(),
  /** Verdict of that run; `null` where there is none. */
  verdict: verdictSchema.nullable(),
  /** Why it was promoted although something forbade it: given by its user, and always shown. */
  despite: z.string().optional(),
  /** What spoke against it when it was recorded, one sentence each; left out where nothing did. */
  caveats: z.array(z.string()).optional(),
  /** The release that became live, with its whole bundle. */
  release: releaseManifestSchema,
  /** The release that was live before, with its whole bundle: the baseline of the run, or what a rollback takes back. */
  replaced: releaseManifestSchema,
});
/** That a release became the live one of an evaluation, and who said so. */
export type Promotion = z.infer<typeof promotionSchema>;

/** A promotion as a run remembers it: without the bundles. */
export const promotionMarkSchema = promotionSchema
  .pick({
    kind: true,
    number: true,
    at: true,
    by: true,
    runId: true,
    verdict: true,
    despite: true,
    caveats: true,
  })
  .extend({
    /** The release that became live. */
    release: z.object({ name: z.string(), fingerprint: z.string() }),
  });
/** A promotion as a run remembers it. */
export type PromotionMark = z.infer<typeof promotionMarkSchema>;

/** What a run knew of the promotions of its evaluation when it began. */
export const knownPromotionsSchema = z.object({
  /** The last promotion or rollback: what is live, as far as anyone recorded it. */
  live: promotionMarkSchema,
  /** Paths at which the run's baseline differs from that release, such as `decoding.temperature`; empty when it is the same bundle. */
  differences: z.array(z.string()),
  /** The last promotion or rollback that made the run's baseline live; left out where none is recorded. */
  baseline: promotionMarkSchema.optional(),
});
/** What a run knew of the promotions of its evaluation when it began. */
export type KnownPromotions = z.infer<typeof knownPromotionsSchema>;
