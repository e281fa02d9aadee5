import type { TrajectoryComparison, Transition } from "../core/trace-comparison.ts";
import type { TraceFacts } from "../core/trace-facts.ts";
import { benjaminiHochberg, miettinenNurminen } from "../stats/index.ts";

/** The share of the shown transitions that may have changed by chance alone (Benjamini & Hochberg 1995). */
const falseDiscoveries = 0.1;

/** The traces of both sides. */
interface Sides {
  readonly baseline: readonly TraceFacts[];
  readonly candidate: readonly TraceFacts[];
}

const shownTransitions = 12;
const shownSteps = 30;
/** So many of the largest changes are tested; steps that carry identifiers would make any number of them. */
const testedTransitions = 300;

/** How the ways of two releases through their steps differ: typical ways side by side, transitions that changed, steps of one side alone. */
export function compareTrajectories(sides: Sides, alpha: number): TrajectoryComparison {
  const typical = { baseline: typicalOf(sides.baseline), candidate: typicalOf(sides.candidate) };
  const aligned = align(typical.baseline.steps, typical.candidate.steps);
  const parting = aligned.findIndex(({ side }) => side !== "both");
  const steps = { baseline: countBy(sides.baseline, stepsOf), candidate: countBy(sides.candidate, stepsOf) };
  return {
    typical,
    aligned,
    firstDivergence: parting === -1 ? null : parting + 1,
    transitions: changedTransitions(sides, alpha),
    onlyBaseline: without(steps.baseline, steps.candidate),
    onlyCandidate: without(steps.candidate, steps.baseline),
  };
}

/** The way that most traces took; of equally frequent ones the first in the order of the alphabet. */
function typicalOf(traces: readonly TraceFacts[]): { steps: string[]; share: number } {
  const counts = new Map<string, { steps: readonly string[]; count: number }>();
  for (const { trajectory } of traces) {
    const key = JSON.stringify(trajectory);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { steps: trajectory, count: 1 });
    else known.count++;
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  return best === undefined
    ? { steps: [], share: 0 }
    : { steps: [...best[1].steps], share: best[1].count / traces.length };
}

/** Two sequences side by side, by their longest common subsequence: what was inserted does not shift what follows. */
export function align(
  baseline: readonly string[],
  candidate: readonly string[],
): TrajectoryComparison["aligned"] {
  const [n, m] = [baseline.length, candidate.length];
  const longest = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1));
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      longest[i]![j] =
        baseline[i] === candidate[j]
          ? longest[i + 1]![j + 1]! + 1
          : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const aligned: TrajectoryComparison["aligned"] = [];
  let [i, j] = [0, 0];
  while (i < n || j < m) {
    if (i < n && j < m && baseline[i] === candidate[j]) {
      aligned.push({ step: baseline[i]!, side: "both" });
      i++;
      j++;
    } else if (j >= m || (i < n && longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      aligned.push({ step: baseline[i++]!, side: "baseline" });
    } else {
      aligned.push({ step: candidate[j++]!, side: "candidate" });
    }
  }
  return aligned;
}

function stepsOf({ trajectory }: TraceFacts): string[] {
  return trajectory as string[];
}

/** The transitions of a trace as JSON of both steps: a step may contain any character. */
function transitionsOf({ trajectory }: TraceFacts): string[] {
  const steps = ["start", ...trajectory, "end"];
  return steps.slice(1).map((to, index) => JSON.stringify([steps[index], to]));
}

/** In how many traces each key occurs. */
function countBy(
  traces: readonly TraceFacts[],
  keysOf: (facts: TraceFacts) => readonly string[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const facts of traces) {
    for (const key of new Set(keysOf(facts))) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function without(
  own: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): Record<string, number> {
  const alone = [...own].filter(([step]) => !other.has(step));
  alone.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return Object.fromEntries(alone.slice(0, shownSteps));
}

function changedTransitions({ baseline, candidate }: Sides, alpha: number): Transition[] {
  const [n, m] = [baseline.length, candidate.length];
  if (n === 0 || m === 0) return [];
  const [from, to] = [countBy(baseline, transitionsOf), countBy(candidate, transitionsOf)];
  const confidence = 1 - 2 * alpha;
  const rates = [...new Set([...from.keys(), ...to.keys()])].map((key) => {
    const [b, c] = [from.get(key) ?? 0, to.get(key) ?? 0];
    return { key, b, c, change: Math.abs(c / m - b / n) };
  });
  rates.sort((x, y) => y.change - x.change || (x.key < y.key ? -1 : 1));
  const found = rates.slice(0, testedTransitions).map(({ key, b, c }) => {
    const score = miettinenNurminen(
      { successes: c, n: m },
      { successes: b, n },
      { confidence, difference: 0 },
    );
    return { key, baseline: b / n, candidate: c / m, score };
  });
  // Among many transitions some differ by chance: no more than a tenth of those that are shown may be expected to.
  const doubtful = benjaminiHochberg(
    found.map(({ score }) => Math.min(1, 2 * Math.min(score.pGreater, score.pLess))),
  );
  return found
    .filter((_, index) => doubtful[index]! <= falseDiscoveries)
    .sort((a, b) => Math.abs(b.score.z ?? 0) - Math.abs(a.score.z ?? 0) || (a.key < b.key ? -1 : 1))
    .slice(0, shownTransitions)
    .map(({ key, baseline: before, candidate: after, score }) => {
      const [step, next] = JSON.parse(key) as [string, string];
      const interval = { lower: score.lower, upper: score.upper, level: confidence };
      return { from: step, to: next, baseline: before, candidate: after, interval };
    });
}
