import type { Store } from "../core/extensions.ts";
import type { Sample, Spent } from "../core/sample.ts";

/** Stores what something that was given up had cost, where it says so. */
export type KeepSpent = (
  place: Pick<Sample, "side" | "caseId" | "repetition">,
  costUsd: number | null | undefined,
) => Promise<void>;

/** Keeps what is given up in one part of a run, after so many records of its earlier parts: what left no sample and no score has been paid for all the same. */
export function spentKeeper(store: Store, runId: string, earlier: number): KeepSpent {
  let kept = earlier;
  return async ({ side, caseId, repetition }, costUsd) => {
    if (!costUsd) return;
    const body: Spent = { side, caseId, repetition, costUsd };
    await store.append([{ kind: "spent", runId, key: `${++kept}`, body }]);
  };
}
