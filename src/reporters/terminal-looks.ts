import type { CanaryState, Look } from "../core/canary.ts";
import * as format from "./format.ts";
import { decidedText, planText } from "./looks.ts";
import { type Paint, wrap } from "./terminal-layout.ts";
import { oneLine } from "./text.ts";
import { estimateText } from "./words.ts";

/** The plan of a canary and its looks so far. */
export function lookLines(canary: CanaryState | undefined, paint: Paint, width: number): string[] {
  if (canary === undefined) return [];
  const lines = (text: string, indent: number) =>
    wrap(oneLine(text), width - indent).map((line) => " ".repeat(indent) + line);
  return [
    paint("strong", "Looks"),
    ...lines(planText(canary), 2),
    ...canary.looks.flatMap((look) => [
      ...lines(placeText(look), 2),
      ...lines(evidenceText(look), 5).map((line) => paint("faint", line)),
    ]),
  ];
}

function placeText({ number, at, baseline, candidate, fraction, ...look }: Look): string {
  const traces = `${format.count(baseline)} and ${format.count(candidate)} traces`;
  return `${number}. ${format.time(at)}, ${traces}, ${format.percent(fraction)} of the plan: ${decidedText(look)}`;
}

function evidenceText({ worst }: Look): string {
  if (worst === null) return "no criterion could be tested";
  const { metric, cohort, harmP, requiredP } = worst;
  return `${metric} in ${cohort} speaks most for harm: ${estimateText(worst)}, p ${format.smallProbability(harmP)}; harm is proven at ${format.smallProbability(requiredP)}`;
}
