import { everyCase } from "../core/cohort.ts";
import type { Decision } from "../core/comparison.ts";
import { errorRateMetric, readMetric, type Verdict } from "../core/gate.ts";
import type { NextStep, Rollback } from "../core/next-step.ts";
import { count, plural } from "../core/quantities.ts";
import type { ReleaseManifest } from "../core/release.ts";
import { waivedOf } from "../core/waived.ts";
import type { ReportedWaiver } from "../core/waiver.ts";
import { waiverSteps } from "./waiver-words.ts";

/**
 * What to do next, by what moved. The table, first row first; a row that a row above it explains is left out:
 *
 * | what failed | what to do |
 * |---|---|
 * | groundedness and context relevance | refresh the retrieval index |
 * | groundedness alone | repair the prompt or the model |
 * | context relevance alone | refresh the retrieval index |
 * | tool selection | the router, or the schemas of the tools |
 * | JSON validation | the output schema, or the decoding |
 * | another evaluator | compare the regressed cases |
 * | errors, latency, time to first token, fallbacks, bypassed guardrails, tool timeouts | roll back the route |
 * | cost, tokens, calls | what the prompt and the tools send |
 * | one cohort only | also: a narrower canary without it |
 *
 * An error asks to measure again, an open verdict for more cases, a pass may ship, and is watched where it got worse within a margin. A waived
 * fail is repaired like any other, by the last day of its waiver.
 */
export function nextSteps(
  verdict: Verdict,
  decisions: readonly Decision[],
  changed: readonly string[],
  waivers: readonly ReportedWaiver[] = [],
): NextStep[] {
  const failed = decisions.filter(({ decision, severity }) => decision === "fail" && severity === "blocking");
  const settling = waiverSteps(decisions, waivers);
  const repairing = repairs(failed, changed);
  if (verdict === "pass")
    return [shipping(waivedOf(decisions)), ...settling, ...repairing, ...watching(decisions)];
  if (verdict === "error") return [measuringAgain(decisions), ...repairing, ...settling];
  if (verdict === "inconclusive")
    return [collectingMore(decisions), ...(waivedOf(failed).length > 0 ? repairing : []), ...settling];
  return [...repairing, ...narrowing(failed), ...settling];
}

/** The whole bundle that a rollback restores. */
export function rollbackTo(baseline: ReleaseManifest, candidate: ReleaseManifest): Rollback {
  return {
    release: baseline.name,
    fingerprint: baseline.fingerprint,
    components: Object.entries(baseline.components).map(([name, { fingerprint }]) => ({
      name,
      fingerprint,
      changed: candidate.components[name]?.fingerprint !== fingerprint,
    })),
  };
}

/** Names of the components that differ between two releases. */
export function changedComponents({ components }: Rollback): string[] {
  return components.filter(({ changed }) => changed).map(({ name }) => name);
}

interface Row {
  readonly kind: NextStep["kind"];
  /** Whether a metric belongs to the row. */
  readonly covers: (metric: string) => boolean;
  readonly action: string;
  /** Components that the row looks at first. */
  readonly components: readonly string[];
}

const startsWith =
  (...names: readonly string[]) =>
  (metric: string) =>
    names.some((name) => metric === name || metric.startsWith(`${name}_`) || metric.startsWith(`${name}.`));

const isGrounded = startsWith("groundedness");
const isRelevant = startsWith("context_relevance");
const operational = startsWith(
  errorRateMetric,
  "model_error_rate",
  "first_attempt_rate",
  "fallback_rate",
  "guardrail_bypass_rate",
  "tool_timeout_rate",
  "latency_ms",
  "time_to_first_token_ms",
);
const spending = startsWith(
  "cost_usd",
  "input_tokens",
  "output_tokens",
  "model_calls",
  "tool_calls",
  "cache_hit_rate",
);

const rows: readonly Row[] = [
  {
    kind: "refresh_index",
    covers: isRelevant,
    action: "Refresh the retrieval index: compare its version and chunking with the live one, then replay",
    components: ["retriever"],
  },
  {
    kind: "repair_prompt_or_model",
    covers: isGrounded,
    action:
      "Repair the prompt or the model: the passages are as good as before, and the answers no longer keep to them",
    components: ["prompt", "model", "decoding", "guardrail"],
  },
  {
    kind: "repair_router_or_tools",
    covers: startsWith("tool_selection"),
    action: "Repair the router or the schemas of the tools: other tools are called, or with other arguments",
    components: ["tools", "route", "prompt"],
  },
  {
    kind: "repair_output_format",
    covers: startsWith("json_validation"),
    action: "Repair the output format: the schema that is asked for, or the decoding that must keep to it",
    components: ["decoding", "prompt"],
  },
  {
    kind: "roll_back_route",
    covers: operational,
    action: "Roll back the route: requests fail, wait or fall back more often than with the live one",
    components: ["route", "model"],
  },
  {
    kind: "cut_cost",
    covers: spending,
    action:
      "Look at what is sent: the length of the prompt, the context budget, and how often models and tools are called",
    components: ["prompt", "retriever", "tools", "route"],
  },
  {
    kind: "repair_task",
    covers: () => true,
    action: "Compare the regressed cases side by side, and repair what they have in common",
    components: ["prompt", "model"],
  },
];

function repairs(failed: readonly Decision[], changed: readonly string[]): NextStep[] {
  const metrics = [...new Set(failed.map(({ metric }) => metric))];
  const evaluators = new Map(metrics.map((metric) => [metric, readMetric(metric).evaluator]));
  const isRetrieval = [...evaluators.values()].some(isRelevant);
  const byRow = new Map<Row, string[]>();
  for (const [metric, evaluator] of evaluators) {
    // Answers that rest on worse passages cannot be grounded in the right ones: the index comes first.
    const named = isRetrieval && isGrounded(evaluator) ? "context_relevance" : evaluator;
    const row = rows.find(({ covers }) => covers(named))!;
    byRow.set(row, [...(byRow.get(row) ?? []), metric]);
  }
  return rows
    .filter((row) => byRow.has(row))
    .map((row) => ({
      kind: row.kind,
      action: `${row.action}.`,
      because: `${listed(byRow.get(row)!)} failed in ${cohortsOf(failed, byRow.get(row)!)}${suspects(row, changed)}.`,
    }));
}

function cohortsOf(failed: readonly Decision[], metrics: readonly string[]): string {
  const cohorts = [
    ...new Set(failed.filter(({ metric }) => metrics.includes(metric)).map(({ cohort }) => cohort)),
  ];
  const shown = cohorts.slice(0, 3).join(", ");
  return cohorts.length > 3 ? `${shown} and ${count(cohorts.length - 3)} more` : shown;
}

/** What of the row's components the candidate changed: that is where to look first. */
function suspects({ components }: Row, changed: readonly string[]): string {
  const first = components.filter((name) => changed.includes(name));
  if (first.length > 0) return `; the candidate changed ${listed(first)}`;
  return changed.length === 0 ? "" : `; the candidate changed ${listed(changed)} only`;
}

/** Harm in one cohort, and nowhere that holds others too: the rest may go on. */
function narrowing(failed: readonly Decision[]): NextStep[] {
  const cohorts = [...new Set(failed.map(({ cohort }) => cohort))];
  const narrowest = cohorts.filter((cohort) => !cohorts.some((other) => isWithin(other, cohort)));
  const [only] = narrowest;
  if (only === undefined || only === everyCase.name || narrowest.length > 1) return [];
  return [
    {
      kind: "narrow_canary",
      action: `Or ship to the others: a narrower canary without ${only}, replayed and judged again without it.`,
      because: `harm is proven in ${only}${cohorts.length > 1 ? ", and elsewhere only in cohorts that contain it" : " alone"}.`,
    },
  ];
}

/** True when the first cohort is a part of the second: it has all of its tags, and more. */
function isWithin(part: string, whole: string): boolean {
  if (part === whole) return false;
  if (whole === everyCase.name) return true;
  const tags = part.split(" & ");
  return whole.split(" & ").every((tag) => tags.includes(tag));
}

function shipping(waived: readonly Decision[]): NextStep {
  if (waived.length > 0) {
    const named = waived.map(({ waiver, metric, cohort }) => `${waiver!.name} (${metric} in ${cohort})`);
    return {
      kind: "ship",
      action: `Ship the candidate only if ${waived.length === 1 ? "the waiver still stands" : "the waivers still stand"}: ${listed(named)}; and go on judging its traces by the same gate.`,
      because: "every other blocking criterion holds, and what is waived does not.",
    };
  }
  return {
    kind: "ship",
    action: "Ship the candidate, and go on judging its traces by the same gate.",
    because: "every blocking criterion holds.",
  };
}

function watching(decisions: readonly Decision[]): NextStep[] {
  const worse = decisions.filter(({ degradedWithinMargin }) => degradedWithinMargin);
  if (worse.length === 0) return [];
  const named = worse.map(({ metric, cohort }) => `${metric} in ${cohort}`);
  return [
    {
      kind: "watch",
      action: `Watch ${listed(named.slice(0, 3))}${named.length > 3 ? ` and ${count(named.length - 3)} more` : ""}.`,
      because: "it got worse, though within the margin.",
    },
  ];
}

function measuringAgain(decisions: readonly Decision[]): NextStep {
  const broken = decisions.filter(
    ({ decision, severity }) => decision === "error" && severity === "blocking",
  );
  const first = broken[0];
  return {
    kind: "measure_again",
    action: "Repair what kept this from being measured, and measure again: nothing is known yet.",
    because:
      first === undefined
        ? "the run was cut short."
        : `${plural(broken.length, "blocking criterion", "blocking criteria")} could not be judged, first ${first.metric} in ${first.cohort}.`,
  };
}

function collectingMore(decisions: readonly Decision[]): NextStep {
  const open = decisions.filter(
    ({ decision, severity }) => decision === "inconclusive" && severity === "blocking",
  );
  if (open.length === 0) {
    return {
      kind: "collect_more",
      action:
        "Repair at least one of the criteria that are waived, then judge again; a gate of waivers alone proves nothing.",
      because: "every blocking criterion is waived.",
    };
  }
  const repetitions = open.flatMap(({ repetitionsNeeded }) => repetitionsNeeded ?? []);
  const needs = open.filter(({ casesNeeded }) => casesNeeded !== null);
  const chance = open.filter(({ judge }) => judge?.isTelling === false);
  const judges = [...new Set(chance.map(({ metric }) => readMetric(metric).evaluator))];
  const [largest] = [...needs].sort((a, b) => b.casesNeeded! - a.casesNeeded!);
  const ways = [
    ...(judges.length === 0 ? [] : [`measure ${listed(judges)} on more labelled answers`]),
    ...(repetitions.length > 0 ? [`repeat each case ${count(Math.max(...repetitions))} times`] : []),
    ...(largest === undefined
      ? []
      : [
          largest.unit === "trace"
            ? `collect about ${count(largest.casesNeeded!)} traces on each side of ${largest.cohort}`
            : `add cases until ${largest.cohort} has about ${count(largest.casesNeeded!)}`,
        ]),
  ];
  return {
    kind: "collect_more",
    action: `${ways.length === 0 ? "Collect more evidence" : capital(ways.join(", or "))}, then judge again; an open question is no pass.`,
    because: `${plural(open.length, "blocking criterion is", "blocking criteria are")} open.`,
  };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
