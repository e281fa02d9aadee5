/**
 * Size and pairs of a maximum matching between two sides: as many pairs as possible, each member in at most one.
 * Augmenting paths (Kuhn 1955), iterative breadth-first, so neither order nor greed changes the size.
 *
 * @param fits `fits[left][right]` is true where the two may be paired.
 * @returns for each left member the position of its partner, or −1.
 */
export function maximumMatching(fits: readonly (readonly boolean[])[]): number[] {
  const rights = fits[0]?.length ?? 0;
  const partnerOfLeft = fits.map(() => -1);
  const partnerOfRight = new Array<number>(rights).fill(-1);
  for (let left = 0; left < fits.length; left++) augment(left, fits, partnerOfLeft, partnerOfRight);
  return partnerOfLeft;
}

function augment(
  start: number,
  fits: readonly (readonly boolean[])[],
  partnerOfLeft: number[],
  partnerOfRight: number[],
): void {
  const reachedFrom = new Array<number>(partnerOfRight.length).fill(-1);
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    const left = queue[head]!;
    for (let right = 0; right < partnerOfRight.length; right++) {
      if (!fits[left]![right] || reachedFrom[right] !== -1) continue;
      reachedFrom[right] = left;
      const taken = partnerOfRight[right]!;
      if (taken === -1) {
        flip(right, start, reachedFrom, partnerOfLeft, partnerOfRight);
        return;
      }
      queue.push(taken);
    }
  }
}

/** Turns an augmenting path around, from its free right end back to its start. */
function flip(
  end: number,
  start: number,
  reachedFrom: readonly number[],
  partnerOfLeft: number[],
  partnerOfRight: number[],
): void {
  let right = end;
  for (;;) {
    const left = reachedFrom[right]!;
    const next = partnerOfLeft[left]!;
    partnerOfLeft[left] = right;
    partnerOfRight[right] = left;
    if (left === start) return;
    right = next;
  }
}

/**
 * The pairing in which each left member in turn takes the first right one that is still free.
 *
 * @returns for each left member the position of its partner, or −1.
 */
export function greedyMatching(fits: readonly (readonly boolean[])[]): number[] {
  const taken = new Set<number>();
  return fits.map((row) => {
    const found = row.findIndex((fit, right) => fit && !taken.has(right));
    if (found >= 0) taken.add(found);
    return found;
  });
}

/**
 * The longest pairing that keeps the order of both sides: a longest common subsequence under `fits`.
 *
 * @returns for each left member the position of its partner, or −1.
 */
export function orderedMatching(fits: readonly (readonly boolean[])[]): number[] {
  const lefts = fits.length;
  const rights = fits[0]?.length ?? 0;
  const longest = Array.from({ length: lefts + 1 }, () => new Uint32Array(rights + 1));
  for (let left = lefts - 1; left >= 0; left--) {
    for (let right = rights - 1; right >= 0; right--) {
      const here = fits[left]![right] ? 1 + longest[left + 1]![right + 1]! : 0;
      longest[left]![right] = Math.max(here, longest[left + 1]![right]!, longest[left]![right + 1]!);
    }
  }
  const partners = fits.map(() => -1);
  for (let left = 0, right = 0; left < lefts && right < rights; ) {
    if (fits[left]![right] && longest[left]![right] === 1 + longest[left + 1]![right + 1]!) {
      partners[left++] = right++;
    } else if (longest[left + 1]![right]! >= longest[left]![right + 1]!) left++;
    else right++;
  }
  return partners;
}
