/** An answer with what was said of it before its label was looked at. */
export interface Judged {
  /** 1 when it is not grounded. */
  readonly label: 0 | 1;
  /** Higher is less grounded. */
  readonly score: number;
  /** True when the answer is called not grounded. */
  readonly flagged: boolean;
}

/** Area under the ROC curve, 0..1: the chance that an answer that is not grounded scores above one that is; ties count half. `null` without both. */
export function areaUnderCurve(all: readonly Judged[]): number | null {
  const sorted = [...all].sort((a, b) => a.score - b.score);
  const positives = sorted.filter(({ label }) => label === 1).length;
  const negatives = sorted.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let wins = 0;
  let below = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]!.score === sorted[from]!.score) to++;
    const tied = sorted.slice(from, to);
    const above = tied.filter(({ label }) => label === 1).length;
    wins += above * (below + (tied.length - above) / 2);
    below += tied.length - above;
    from = to;
  }
  return wins / (positives * negatives);
}

/** F1 of finding answers that are not grounded, 0..1. */
export function f1Of(all: readonly Judged[]): number {
  const right = all.filter(({ label, flagged }) => flagged && label === 1).length;
  const flagged = all.filter((one) => one.flagged).length;
  const positives = all.filter(({ label }) => label === 1).length;
  return flagged + positives === 0 ? 0 : (2 * right) / (flagged + positives);
}

/** Mean and standard deviation of numbers. */
export function spreadOf(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
