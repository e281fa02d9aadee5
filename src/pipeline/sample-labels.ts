import type { Case } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import type { LabelRow } from "../core/labels.ts";
import type { Sample } from "../core/sample.ts";
import { fingerprintOf, sha256 } from "./fingerprint.ts";

/** What is drawn. */
export interface LabelSampleOptions {
  /** How many answers. */
  readonly size: number;
  /** Decides what is drawn, and in which order it is shown. */
  readonly seed: number;
}

/** An answer that may be drawn, with what it is drawn by. */
interface Drawable {
  readonly stratum: string;
  readonly order: string;
  readonly row: LabelRow;
}

/**
 * Draws answers of a run for people to label. Each release and each combination of cohort tags gets a share like its own, at least one answer
 * as long as there is room; never by what an evaluator said, which would make its sensitivity and specificity look other than they are. Who answered is
 * not in the rows, and the order tells nothing. The same answer to the same case is drawn once.
 *
 * @throws EvalsError RUN_MISMATCH when the run has no answer.
 */
export function sampleForLabels(
  cases: readonly Case[],
  samples: readonly Sample[],
  { size, seed }: LabelSampleOptions,
): LabelRow[] {
  const byId = new Map(cases.map((item) => [item.id, item]));
  const found = new Map<string, Drawable>();
  for (const sample of samples) {
    const item = byId.get(sample.caseId);
    if (item === undefined || sample.output === null) continue;
    const id = fingerprintOf({ case: item.id, output: sample.output }).slice(0, 16);
    if (found.has(id)) continue;
    const stratum = fingerprintOf({ side: sample.side, cohorts: item.cohorts });
    const row = {
      id,
      label: null,
      labels: [],
      source: item.cluster ?? item.id,
      case: item,
      output: sample.output,
    };
    found.set(id, { stratum, order: sha256(`${seed}/${id}`), row });
  }
  if (found.size === 0) {
    throw new EvalsError("RUN_MISMATCH", "the run has no answer to label", "`evals runs` lists the runs");
  }
  const drawn = drawByStratum([...found.values()].sort(byOrder), size);
  return drawn.sort(byOrder).map(({ row }) => row);
}

function byOrder(a: Drawable, b: Drawable): number {
  return a.order < b.order ? -1 : 1;
}

/** Shares by the largest remainder, each stratum's first ones in order. */
function drawByStratum(all: readonly Drawable[], size: number): Drawable[] {
  if (size >= all.length) return [...all];
  const strata = new Map<string, Drawable[]>();
  for (const each of all) strata.set(each.stratum, [...(strata.get(each.stratum) ?? []), each]);
  const shares = [...strata.values()].map((members) => ({
    members,
    due: (size * members.length) / all.length,
    taken: 0,
  }));
  let left = size;
  const take = (share: (typeof shares)[number]) => {
    if (left === 0 || share.taken === share.members.length) return;
    share.taken++;
    left--;
  };
  // One of each first, the largest strata before the others, then what each is due, then the remainders.
  shares.sort((a, b) => b.due - a.due);
  for (const share of shares) take(share);
  for (const share of shares) while (share.taken < Math.floor(share.due) && left > 0) take(share);
  shares.sort((a, b) => b.due - b.taken - (a.due - a.taken));
  while (left > 0) for (const share of shares) take(share);
  return shares.flatMap(({ members, taken }) => members.slice(0, taken));
}
