import type { Decision } from "../core/comparison.ts";

/** What a decision that rests on no paired difference has nothing to say of. */
export const unpairedDecision = {
  unit: "case",
  margin: null,
  regressed: 0,
  improved: 0,
  harmP: null,
  harmPAdjusted: null,
  smallestVisibleDrop: null,
  judge: null,
  repetitionsNeeded: null,
} as const satisfies Partial<Decision>;
