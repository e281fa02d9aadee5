/** One step of an alignment: an element that both sides have, or that one side has alone, by its index there. */
export type Step =
  | { readonly kind: "same"; readonly before: number; readonly after: number }
  | { readonly kind: "removed"; readonly before: number }
  | { readonly kind: "added"; readonly after: number };

/**
 * The shortest way from one sequence to another (Myers 1986, "An O(ND) difference algorithm"). Beyond `maximumEdits` what lies between the common
 * beginning and the common end is taken as replaced, so that time and memory stay bounded.
 */
export function align(before: readonly string[], after: readonly string[], maximumEdits = 400): Step[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end++;
  const middle = between(
    before.slice(start, before.length - end),
    after.slice(start, after.length - end),
    maximumEdits,
  );
  return [
    ...Array.from({ length: start }, (_, i): Step => ({ kind: "same", before: i, after: i })),
    ...middle.map((step) => moved(step, start)),
    ...Array.from(
      { length: end },
      (_, i): Step => ({ kind: "same", before: before.length - end + i, after: after.length - end + i }),
    ),
  ];
}

function moved(step: Step, by: number): Step {
  if (step.kind === "removed") return { kind: "removed", before: step.before + by };
  if (step.kind === "added") return { kind: "added", after: step.after + by };
  return { kind: "same", before: step.before + by, after: step.after + by };
}

function between(before: readonly string[], after: readonly string[], maximumEdits: number): Step[] {
  const reached = furthest(before, after, maximumEdits);
  if (reached === null) {
    return [
      ...before.map((_, i): Step => ({ kind: "removed", before: i })),
      ...after.map((_, i): Step => ({ kind: "added", after: i })),
    ];
  }
  return traceBack(reached, before.length, after.length);
}

/** How far each diagonal gets with each number of edits, until the end is reached; `null` beyond the limit. */
function furthest(
  before: readonly string[],
  after: readonly string[],
  maximumEdits: number,
): Map<number, number>[] | null {
  const history: Map<number, number>[] = [];
  let best = new Map([[1, 0]]);
  for (let edits = 0; edits <= maximumEdits; edits++) {
    const next = new Map<number, number>();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = firstOf(best, diagonal, edits);
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x++;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return [...history, best];
    }
    history.push(best);
    best = next;
  }
  return null;
}

/** Where a diagonal is entered: from the one above by an addition, from the one below by a removal. */
function firstOf(best: ReadonlyMap<number, number>, diagonal: number, edits: number): number {
  const above = best.get(diagonal + 1) ?? -1;
  const below = best.get(diagonal - 1) ?? -1;
  return isAddition(diagonal, edits, above, below) ? above : below + 1;
}

function isAddition(diagonal: number, edits: number, above: number, below: number): boolean {
  return diagonal === -edits || (diagonal !== edits && below < above);
}

function traceBack(history: readonly Map<number, number>[], fromX: number, fromY: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [fromX, fromY];
  for (let edits = history.length - 1; edits >= 0; edits--) {
    const best = history[edits]!;
    const diagonal = x - y;
    const above = best.get(diagonal + 1) ?? -1;
    const below = best.get(diagonal - 1) ?? -1;
    const added = isAddition(diagonal, edits, above, below);
    const startX = edits === 0 ? 0 : added ? above : below;
    const startY = edits === 0 ? 0 : startX - (added ? diagonal + 1 : diagonal - 1);
    const entered = edits === 0 ? 0 : added ? startX : startX + 1;
    while (x > entered && x > 0 && y > 0) steps.push({ kind: "same", before: --x, after: --y });
    if (edits > 0) steps.push(added ? { kind: "added", after: startY } : { kind: "removed", before: startX });
    [x, y] = [startX, startY];
  }
  return steps.reverse();
}
