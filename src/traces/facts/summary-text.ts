import { count, plural } from "../../core/quantities.ts";
import type { TraceFacts, TraceProblem, TraceSummary } from "../../core/trace-facts.ts";
import { summaryBuilder } from "./summary.ts";

/** The sums of a single trace, in the shape of those of many. */
export function traceTotals(facts: TraceFacts): TraceSummary {
  const sums = summaryBuilder();
  sums.add(facts);
  return sums.finish([], [], facts.incomplete ? [lostPart] : []);
}

const lostPart: TraceProblem = {
  file: "",
  offset: null,
  reason: "a part of the trace could not be read",
  count: 1,
  effect: "lost",
};

/** What was read, in a few lines for people. */
export function traceSummaryText(summary: TraceSummary): string {
  const { traces, spans, modelCalls, toolCalls, inputTokens, outputTokens, errors, dialects } = summary;
  const lines = [
    `${plural(traces, "trace")}, ${plural(spans, "span")}: ${plural(modelCalls, "model call")}, ${plural(toolCalls, "tool call")}, ${plural(errors, "error")}`,
    `tokens: ${tokens(inputTokens)} read, ${tokens(outputTokens)} written`,
    `written in: ${dialects.length === 0 ? "no vocabulary that is known" : dialects.join(", ")}`,
    coverageLine(summary),
    `libraries: ${countsOf(summary.coverage.scopes)}`,
    `names read: ${countsOf(summary.coverage.names)}`,
    ...summary.skipped.map(problemLine),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

/** How much was recorded, and what was left out. */
function coverageLine({ coverage }: TraceSummary): string {
  const share = (value: number | null) =>
    value === null ? "nothing to count" : `${Math.floor(value * 1000) / 10} %`;
  const { usage, modelCallUsage, timeToFirstToken, root, cost, release, route, orphans, incomplete } =
    coverage;
  return [
    `coverage: tokens in ${share(usage)} of traces and ${share(modelCallUsage)} of answered model calls`,
    `time to first token in ${share(timeToFirstToken)}`,
    `a root in ${share(root)}`,
    `cost in ${share(cost)}`,
    `release in ${share(release)}`,
    `route in ${share(route)}`,
    `${plural(orphans, "span")} without their parent`,
    `${plural(incomplete, "trace")} incomplete`,
  ].join(", ");
}

function tokens(value: number | null): string {
  return value === null ? "none recorded" : count(value);
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.length === 0
    ? "none"
    : entries.map(([name, times]) => `${name} (${count(times)})`).join(", ");
}

function problemLine({ file, offset, reason, count: times, effect }: TraceProblem): string {
  const where = [file, offset === null ? "" : `byte ${offset}`].filter((part) => part !== "").join(", ");
  const often = times === 1 ? "" : ` (${count(times)} times; the first is shown)`;
  return `${effect === "lost" ? "lost" : "note"}: ${where === "" ? "" : `${where}: `}${reason}${often}`;
}

/** Names come from traces: control characters are not sent to a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}
