import type { CanaryState, Look } from "../core/canary.ts";
import * as format from "./format.ts";
import { estimateText } from "./words.ts";

/** One column of the table of looks. */
export interface LookColumn {
  readonly heading: string;
  readonly isNumeric: boolean;
  readonly cell: (look: Look) => string;
}

/** The columns of the table of looks, the same in every format. The first names its row. */
export const lookColumns: readonly LookColumn[] = [
  { heading: "Look", isNumeric: false, cell: ({ number, at }) => `${number}: ${format.time(at)}` },
  {
    heading: "Traces of live and canary",
    isNumeric: true,
    cell: ({ baseline, candidate }) => `${format.count(baseline)} and ${format.count(candidate)}`,
  },
  { heading: "Of the plan", isNumeric: true, cell: ({ fraction }) => format.percent(fraction) },
  { heading: "Error spent", isNumeric: true, cell: ({ spent }) => format.smallProbability(spent) },
  {
    heading: "Speaks most for harm",
    isNumeric: false,
    cell: ofWorst((worst) => `${worst.metric} in ${worst.cohort}: ${estimateText(worst)}`),
  },
  { heading: "Its p", isNumeric: true, cell: ofWorst(({ harmP }) => format.smallProbability(harmP)) },
  {
    heading: "Harm is proven at p of",
    isNumeric: true,
    cell: ofWorst(({ requiredP }) => format.smallProbability(requiredP)),
  },
  { heading: "Decided", isNumeric: false, cell: decidedText },
];

function ofWorst(text: (worst: NonNullable<Look["worst"]>) => string): LookColumn["cell"] {
  return ({ worst }) => (worst === null ? format.absent : text(worst));
}

/** What a look decided, in words. */
export function decidedText({ verdict, isLast }: Pick<Look, "verdict" | "isLast">): string {
  if (verdict === "fail") return "harm proven";
  if (verdict === "error") return "could not be measured";
  if (verdict === "pass") return "passed";
  return isLast ? "not settled" : "no harm found";
}

/** The plan of a canary and where it stands, in two sentences. */
export function planText({ plan, traces, state, ahead }: CanaryState): string {
  const declared = `${plan.name}, declared ${format.time(plan.declaredAt)}: at most ${format.plural(plan.looks, "look")} until the smaller side has ${format.plural(plan.traces, "trace")}, by ${plan.gate.name}; ${format.level(plan.alpha)} error for harm over all looks together, of which little is spent at first.`;
  if (state === "failed") return `${declared} It failed, and stays failed.`;
  if (state === "ended") return `${declared} The planned end was looked at.`;
  const next = ahead[0]?.traces ?? plan.traces;
  return `${declared} The smaller side has ${format.count(traces)}; the next look is due at ${format.count(next)}.`;
}
