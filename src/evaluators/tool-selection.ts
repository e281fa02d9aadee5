import type { Case, ExpectedToolCalls } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import type { Evaluator } from "../core/extensions.ts";
import type { ToolCall } from "../core/sample.ts";
import { type Evaluation, type Evidence, scored, unscored } from "../core/score.ts";
import { argumentProblems, leaderboardForm, showCall, type TextForm } from "./call-arguments.ts";
import { maximumMatching, orderedMatching } from "./matching.ts";
import { clip, count, digest } from "./text.ts";

/** What tool selection is judged from. */
export interface ToolSelectionInput {
  /** Calls that were made, in their order. */
  readonly calls: readonly ToolCall[];
  /** Calls that were expected; `mode` is `any_order` when left out. */
  readonly expected: Omit<ExpectedToolCalls, "mode"> & Partial<Pick<ExpectedToolCalls, "mode">>;
  /** Tools that were on offer. With it a call of any other tool is wrong in every mode. */
  readonly tools?: readonly (string | { readonly name: string })[];
}

/** Options of the tool selection evaluator. */
export interface ToolSelectionOptions {
  /** Compare texts in lower case, without blanks and `,./-_*^` and with one kind of quote, as the Berkeley leaderboard does. Default false: exactly. */
  readonly normaliseStrings?: boolean;
}

/** What a call is found to be. */
interface Judgement {
  /** For each expected call the position of the call that fulfils it, or −1. */
  readonly partners: readonly number[];
  /** Positions of calls that count against the answer. */
  readonly extra: readonly number[];
  /** Pairs that would be there were the order of calls free. */
  readonly inAnyOrder: number;
}

const maximumEvidence = 50;

/**
 * Judges the calls that were made against those that were expected. A call fulfils an expected one when name and arguments are right;
 * anything less counts nothing. The pairing is the largest possible: in order for `exact` and `in_order`, free otherwise.
 *
 * Value: 2·right / (expected + right + extra), the F1 share, where extra calls are all others under `exact` and `any_order`, and only
 * unknown tools and calls above `maximumCalls` under `in_order` and `contains`. No call expected and none made is 1. A
 * forbidden call makes the value 0. It passes only when everything is right.
 *
 * @returns a value 0..1 with one piece of evidence for each expected and each wrong call; unscored when nothing is demanded
 * (no expected call in a mode that allows others, nothing forbidden, no maximum).
 */
export function toolSelection(input: ToolSelectionInput, options: ToolSelectionOptions = {}): Evaluation {
  const { calls, tools } = input;
  const expected: ExpectedToolCalls = { ...input.expected, mode: input.expected.mode ?? "any_order" };
  if (demandsNothing(expected)) return unscored("the case demands nothing of the tool calls");
  const form: TextForm = options.normaliseStrings ? leaderboardForm : (text) => text;
  const offered = tools && new Set(tools.map((tool) => (typeof tool === "string" ? tool : tool.name)));
  const problems = expected.calls.map((wanted) => calls.map((call) => argumentProblems(call, wanted, form)));
  const judgement = judge(calls, expected, problems, offered);
  const findings = [
    ...forbiddenFindings(calls, expected),
    ...expectedFindings(calls, expected, problems, judgement),
    ...extraFindings(calls, expected, judgement, offered),
  ];
  return verdict(calls, expected, judgement, findings);
}

/** `toolSelection` for an evaluation file. `tools` names the tools on offer. */
export function toolSelectionEvaluator(
  options: ToolSelectionOptions & Pick<ToolSelectionInput, "tools"> = {},
): Evaluator {
  const { tools, normaliseStrings = false } = options;
  const names = tools?.map((tool) => (typeof tool === "string" ? tool : tool.name)).sort();
  const offered = names === undefined ? "" : ` tools=${digest(names.join("\n"))}`;
  return {
    name: "tool_selection",
    version: `calls-1${normaliseStrings ? " normalised-strings" : ""}${offered}`,
    prepare: refuseContradictions,
    evaluate({ case: { expected }, sample: { output } }) {
      if (expected?.toolCalls === undefined) return unscored("the case expects nothing of the tool calls");
      const input = { calls: output.toolCalls, expected: expected.toolCalls };
      return toolSelection(names === undefined ? input : { ...input, tools: names }, { normaliseStrings });
    },
  };
}

function demandsNothing({ calls, mode, forbidden, maximumCalls }: ExpectedToolCalls): boolean {
  if (calls.length > 0 || mode === "exact" || mode === "any_order") return false;
  return (forbidden ?? []).length === 0 && maximumCalls === undefined;
}

/** Refuses cases that no answer can pass. */
function refuseContradictions(cases: readonly Case[]): void {
  for (const { id, expected } of cases) {
    const { calls = [], forbidden = [], maximumCalls = Infinity } = expected?.toolCalls ?? {};
    const both = calls.find(({ name }) => forbidden.includes(name));
    if (both !== undefined) {
      const hint = "take it out of `forbidden` or out of `calls`";
      throw new EvalsError(
        "DATASET_INVALID",
        `case ${id} both expects and forbids the tool ${both.name}`,
        hint,
      );
    }
    if (calls.length > maximumCalls) {
      const message = `case ${id} expects ${count(calls.length, "call")} but allows ${maximumCalls}`;
      throw new EvalsError("DATASET_INVALID", message, "raise `maximumCalls` or expect fewer calls");
    }
  }
}

function judge(
  calls: readonly ToolCall[],
  { mode, maximumCalls }: ExpectedToolCalls,
  problems: readonly (readonly (readonly string[] | null)[])[],
  offered: ReadonlySet<string> | undefined,
): Judgement {
  const fits = problems.map((row) => row.map((found) => found !== null && found.length === 0));
  const free = maximumMatching(fits);
  const partners = mode === "exact" || mode === "in_order" ? orderedMatching(fits) : free;
  const used = new Set(partners);
  const others = [...calls.keys()].filter((position) => !used.has(position));
  const inAnyOrder = free.filter((partner) => partner >= 0).length;
  if (mode === "exact" || mode === "any_order") return { partners, extra: others, inAnyOrder };
  const isKnown = (position: number) => offered?.has(calls[position]!.name) !== false;
  const unknown = others.filter((position) => !isKnown(position));
  const rest = others.filter(isKnown);
  const more = Math.max(0, calls.length - (maximumCalls ?? Infinity) - unknown.length);
  return { partners, extra: [...unknown, ...rest.slice(Math.max(0, rest.length - more))], inAnyOrder };
}

function verdict(
  calls: readonly ToolCall[],
  expected: ExpectedToolCalls,
  { partners, extra, inAnyOrder }: Judgement,
  findings: readonly Evidence[],
): Evaluation {
  const right = partners.filter((partner) => partner >= 0).length;
  const forbidden = calls.some(({ name }) => expected.forbidden?.includes(name));
  const whole = expected.calls.length + right + extra.length;
  const value = forbidden ? 0 : whole === 0 ? 1 : (2 * right) / whole;
  const wrong = findings.filter(({ supports }) => !supports);
  const tooMany = calls.length > (expected.maximumCalls ?? Infinity);
  const pass =
    !forbidden && right === expected.calls.length && extra.length === 0 && !tooMany && wrong.length === 0;
  const texts = wrong.slice(0, 4).map(({ subject, finding }) => `${finding} ${subject}`);
  if (wrong.length > 4) texts.push(`${wrong.length - 4} more`);
  if (tooMany) texts.push(`${count(calls.length, "call")}, at most ${expected.maximumCalls} allowed`);
  if (!pass && !forbidden && inAnyOrder === expected.calls.length && right < inAnyOrder)
    texts.unshift("wrong order");
  const reason = pass ? praise(expected.calls.length, calls.length) : texts.join("; ");
  return scored(value, pass, reason, findings.slice(0, maximumEvidence));
}

function praise(expected: number, made: number): string {
  if (expected > 0)
    return `${expected === 1 ? "the expected call was" : `all ${expected} expected calls were`} made`;
  return made === 0 ? "no call expected and none made" : "no call was made that is not allowed";
}

function forbiddenFindings(calls: readonly ToolCall[], { forbidden }: ExpectedToolCalls): Evidence[] {
  return calls
    .filter(({ name }) => forbidden?.includes(name))
    .map((call) => ({ subject: showCall(call), finding: "forbidden", supports: false }));
}

/** One finding for each expected call; where a call of the same tool was made and is not used, what is wrong with it. */
function expectedFindings(
  calls: readonly ToolCall[],
  expected: ExpectedToolCalls,
  problems: readonly (readonly (readonly string[] | null)[])[],
  { partners }: Judgement,
): Evidence[] {
  const used = new Set(partners);
  return expected.calls.map((wanted, position) => {
    const partner = partners[position]!;
    if (partner >= 0) return { subject: showCall(calls[partner]!), finding: "as expected", supports: true };
    const near = nearest(problems[position]!, used);
    if (near === undefined) return { subject: showCall(wanted), finding: "missing", supports: false };
    const what = near.length === 0 ? "made, but not in its place" : near.slice(0, 4).join(", ");
    return { subject: `${showCall(wanted)}: ${clip(what, 240)}`, finding: "missing", supports: false };
  });
}

/** The problems of the unused call of the same tool that has fewest. */
function nearest(
  row: readonly (readonly string[] | null)[],
  used: ReadonlySet<number>,
): readonly string[] | undefined {
  let best: readonly string[] | undefined;
  row.forEach((problems, position) => {
    if (problems === null || used.has(position)) return;
    if (best === undefined || problems.length < best.length) best = problems;
  });
  return best;
}

function extraFindings(
  calls: readonly ToolCall[],
  { forbidden, mode }: ExpectedToolCalls,
  { extra }: Judgement,
  offered: ReadonlySet<string> | undefined,
): Evidence[] {
  return extra
    .map((position) => calls[position]!)
    .filter(({ name }) => !forbidden?.includes(name))
    .map((call) => {
      const known = offered === undefined || offered.has(call.name);
      const finding = known
        ? mode === "exact" || mode === "any_order"
          ? "unexpected"
          : "too many"
        : "unknown tool";
      return { subject: showCall(call), finding, supports: false };
    });
}
