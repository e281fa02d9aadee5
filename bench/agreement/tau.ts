import { type Json, type ToolCall, taskCompletion } from "gatewright";
import { filesByRole } from "./files.ts";
import type { Kind, Outcome, Row } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

/**
 * Task completion by the calls that changed something and by what the agent had to say, against the rewards of τ-bench runs. `writesAlone`
 * in the last line is the agreement of the calls without what was said.
 */
export const kind: Kind = {
  run({ files }) {
    const { tasks, runs } = filesByRole(files, {
      tasks: ["id", "expected_actions"],
      runs: ["task_id", "reward", "calls"],
    });
    const byId = new Map(tasks.rows.map((task) => [task.id as string, task]));
    const known = runs.rows.filter((run) => byId.has(run.task_id) && typeof run.reward === "number");
    const finished = known.filter((run) => !run.crashed && Array.isArray(run.calls));
    const judged = finished.filter(isReadable);
    const tools = writeTools(tasks.rows, judged);
    const comparisons = judged.map((run) => compare(byId.get(run.task_id)!, run, tools));
    const byWrites = comparisons.filter((one) => one.byWrites === one.label).length;
    const counts = {
      withoutTask: runs.rows.length - known.length,
      crashed: known.length - finished.length,
      unreadable: finished.length - judged.length,
      writesAlone: { agree: byWrites, rate: byWrites / comparisons.length },
    };
    return withDomains(tally(comparisons, counts), comparisons);
  },
};

function writeTools(tasks: readonly Row[], runs: readonly Row[]): string[] {
  const calls = [
    ...tasks.flatMap((task) => task.expected_actions ?? []),
    ...runs.flatMap((run) => run.calls),
  ];
  return [...new Set(calls.filter(({ write }) => write).map(({ name }) => name as string))];
}

type Judged = Comparison & { readonly byWrites: boolean };

function compare(task: Row, run: Row, tools: string[]): Judged {
  const calls: ToolCall[] = run.calls.map(({ name, args, error }: Row) => ({
    name,
    arguments: readArguments(args),
    failed: error === true,
  }));
  const wanted = (task.expected_actions ?? []).filter(({ write }: Row) => write);
  const writes = { tools, calls: wanted.map(({ name, args }: Row) => ({ name, arguments: args })) };
  const facts = (task.expected_outputs ?? []).map(spellings);
  const expected = { writes, ...(facts.length > 0 ? { facts } : {}) };
  const evaluation = taskCompletion({ response: saidIn(run), calls, expected });
  return {
    id: `${task.id} ${run.config} trial ${run.trial}`,
    passes: passes(evaluation),
    byWrites: passes(taskCompletion({ response: "", calls, expected: { writes } })),
    label: run.reward === 1,
    reason: evaluation.reason,
    group: `${run.domain ?? task.domain} ${run.config}`,
  };
}

/** True when every call that changed something was recorded with its arguments. */
function isReadable({ calls }: Row): boolean {
  return calls.every(({ write, args }: Row) => !write || readArguments(args) !== null);
}

/** Some traces hold the arguments as Python wrote them; `null` for what cannot be read so. */
function readArguments(given: Row): Json {
  const text = given?.__unparsed__;
  if (typeof text !== "string") return given;
  const words: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null" };
  const json = text.replace(
    /'((?:[^'\\]|\\.)*)'|\b(?:True|False|None)\b/gu,
    (found: string, inside?: string) =>
      inside === undefined ? words[found]! : JSON.stringify(inside.replaceAll("\\'", "'")),
  );
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** What the agent said, all messages together. */
function saidIn({ messages }: Row): string {
  const said = (messages ?? []).filter(
    ({ role, content }: Row) => role === "assistant" && typeof content === "string",
  );
  return said.map(({ content }: Row) => content).join("\n");
}

/** A number may be said with commas between its thousands. */
function spellings(output: string): string[] {
  const [whole = "", ...rest] = output.split(".");
  const spaced = /^\d+$/u.test(whole)
    ? [whole.replace(/\B(?=(?:\d{3})+$)/gu, ","), ...rest].join(".")
    : output;
  return [...new Set([output, spaced])];
}

/** The domains beside the single configurations: airline is the one that the rule is meant for. */
function withDomains(outcome: Outcome, comparisons: readonly Comparison[]): Outcome {
  const domainOf = ({ group = "" }: Comparison) => group.split(" ")[0]!;
  const domains = tally(comparisons.map((one) => ({ ...one, group: domainOf(one) }))).figures.groups ?? {};
  return { ...outcome, figures: { ...outcome.figures, domains } };
}
