import type { Case, ExpectedToolCalls } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import type { Evaluator } from "../core/extensions.ts";
import { canonicalJson } from "../core/json.ts";
import type { ToolCall } from "../core/sample.ts";
import { type Evaluation, type Evidence, scored, unscored } from "../core/score.ts";
import { argumentProblems, type TextForm } from "./call-arguments.ts";
import { leaderboardForm, leaderboardProblems } from "./leaderboard.ts";
import { greedyMatching, maximumMatching, orderedMatching } from "./matching.ts";
import { count, digest } from "./text.ts";
import { type Fits, findingsOf, isOpen, type Judgement } from "./tool-findings.ts";
import { compileTools, type OfferedTools, schemaProblems, toolNames } from "./tool-schemas.ts";

/** What tool selection is judged from. */
export interface ToolSelectionInput {
  /** Calls that were made, in their order. */
  readonly calls: readonly ToolCall[];
  /** Calls that were expected; `mode` is `any_order` when left out. */
  readonly expected: Omit<ExpectedToolCalls, "mode"> & Partial<Pick<ExpectedToolCalls, "mode">>;
  /** Tools that were on offer. With it a call of any other tool is wrong in every mode, and so are arguments that a tool's schema refuses. */
  readonly tools?: OfferedTools;
}

/** Options of the tool selection evaluator. */
export interface ToolSelectionOptions {
  /** Compare texts in lower case, without blanks and `,./-_*^` and with one kind of quote, as the Berkeley leaderboard does. Default false: exactly. */
  readonly normaliseStrings?: boolean;
  /**
   * `bfcl` judges as the AST checker of the Berkeley Function Calling Leaderboard does for Python (version 4): types of the tools' own
   * parameters, texts normalised, calls in any order and matched greedily, numbers told apart by how they were written. It needs `tools` with
   * `parameters`, and arguments as text or read by `parsePythonJson`. Default `gatewright`.
   */
  readonly profile?: "gatewright" | "bfcl";
}

/** Options of the evaluator of an evaluation file. */
export interface ToolSelectionEvaluatorOptions extends ToolSelectionOptions {
  /** Tools on offer, for all cases or by case. */
  readonly tools?: OfferedTools | ((item: Case) => OfferedTools);
}

const maximumEvidence = 50;

/**
 * Judges the calls that were made against those that were expected. A call fulfils an expected one when name and arguments are right;
 * anything less counts nothing. The pairing is the largest possible: in order for `exact` and `in_order`, free otherwise.
 *
 * Value: 2·right / (expected + right + extra), the F1 share, where extra calls are all others under `exact` and `any_order`, and only
 * unknown tools and calls above `maximumCalls` under `in_order` and `contains`; under `within` right / (right + extra). No call
 * expected and none made is 1. A forbidden call makes the value 0. It passes only when everything is right.
 *
 * @returns a value 0..1 with one piece of evidence for each expected and each wrong call; unscored when nothing is demanded
 * (no expected call in a mode that allows others, nothing forbidden, no minimum or maximum).
 * @throws EvalsError for a tool whose schema cannot be used, and for the profile `bfcl` without tools.
 */
export function toolSelection(input: ToolSelectionInput, options: ToolSelectionOptions = {}): Evaluation {
  const { calls, tools } = input;
  const isLeaderboard = options.profile === "bfcl";
  const mode = isLeaderboard ? "any_order" : (input.expected.mode ?? "any_order");
  const expected: ExpectedToolCalls = { ...input.expected, mode };
  if (demandsNothing(expected)) return unscored("the case demands nothing of the tool calls");
  const problems = isLeaderboard ? leaderboardFits(input) : fitsOf(input, options);
  const offered = tools === undefined ? undefined : new Set(toolNames(tools));
  const judgement = judge(calls, expected, problems, isLeaderboard ? undefined : offered, isLeaderboard);
  return verdict(calls, expected, judgement, findingsOf(calls, expected, problems, judgement, offered));
}

/** `toolSelection` for an evaluation file. */
export function toolSelectionEvaluator(options: ToolSelectionEvaluatorOptions = {}): Evaluator {
  const { tools, ...rest } = options;
  const toolsOf = (item: Case) => (typeof tools === "function" ? tools(item) : tools);
  return {
    name: "tool_selection",
    version: versionOf(options),
    changesNothing: typeof tools !== "function",
    prepare(cases) {
      refuseContradictions(cases);
      for (const item of cases) {
        const offered = toolsOf(item);
        if (rest.profile === "bfcl") refuseNoTools(offered);
        else compileTools(offered ?? []);
      }
    },
    evaluate({ case: item, sample: { output } }) {
      if (item.expected?.toolCalls === undefined)
        return unscored("the case expects nothing of the tool calls");
      const input = { calls: output.toolCalls, expected: item.expected.toolCalls };
      const offered = toolsOf(item);
      return toolSelection(offered === undefined ? input : { ...input, tools: offered }, rest);
    },
  };
}

function versionOf({
  tools,
  normaliseStrings = false,
  profile = "gatewright",
}: ToolSelectionEvaluatorOptions): string {
  const parts = ["calls-2"];
  if (profile !== "gatewright") parts.push(profile);
  if (normaliseStrings) parts.push("normalised-strings");
  if (typeof tools === "function") parts.push(`tools=by-case-${digest(String(tools))}`);
  else if (tools !== undefined) {
    const written = tools.map((tool) => canonicalJson(tool)).sort();
    parts.push(`tools=${digest(written.join("\n"))}`);
  }
  return parts.join(" ");
}

/** What is wrong with each call as each expected one, by our own rules. */
function fitsOf(
  { calls, expected, tools = [] }: ToolSelectionInput,
  { normaliseStrings }: ToolSelectionOptions,
): Fits {
  const form: TextForm = normaliseStrings ? leaderboardForm : (text) => text;
  const refused = calls.map((call) => schemaProblems(call, tools));
  return expected.calls.map((wanted) =>
    calls.map((call, position) => {
      const problems = argumentProblems(call, wanted, form);
      return problems === null ? null : [...problems, ...refused[position]!];
    }),
  );
}

/** What is wrong with each call as each expected one, by the rules of the leaderboard. */
function leaderboardFits({ calls, expected, tools }: ToolSelectionInput): Fits {
  refuseNoTools(tools);
  const described = tools.filter((tool) => typeof tool !== "string");
  // The checker of its simple categories takes the name from the one tool on offer, not from the key.
  const [only] = described.length === 1 && expected.calls.length === 1 ? described : [];
  return expected.calls.map((wanted) => {
    const tool = only ?? described.find(({ name }) => name === wanted.name);
    const named = only === undefined ? wanted : { ...wanted, name: only.name };
    return calls.map((call) => leaderboardProblems(call, named, tool));
  });
}

function refuseNoTools(tools: OfferedTools | undefined): asserts tools is OfferedTools {
  if (tools !== undefined) return;
  const hint = "give the tools on offer with their `parameters`";
  throw new EvalsError("EVAL_INVALID", "the profile bfcl judges types by the tools' own parameters", hint);
}

function demandsNothing({ calls, mode, forbidden, minimumCalls, maximumCalls }: ExpectedToolCalls): boolean {
  if (calls.length > 0 || !isOpen(mode)) return false;
  return (forbidden ?? []).length === 0 && minimumCalls === undefined && maximumCalls === undefined;
}

/** Refuses cases that no answer can pass. */
function refuseContradictions(cases: readonly Case[]): void {
  for (const { id, expected } of cases) {
    if (expected?.toolCalls === undefined) continue;
    const contradiction = contradictionIn(expected.toolCalls);
    if (contradiction === null) continue;
    throw new EvalsError("DATASET_INVALID", `case ${id} ${contradiction.what}`, contradiction.remedy);
  }
}

function contradictionIn(expected: ExpectedToolCalls): { what: string; remedy: string } | null {
  const { calls, mode, forbidden = [], minimumCalls = 0, maximumCalls = Infinity } = expected;
  const both = calls.find(({ name }) => forbidden.includes(name));
  if (both !== undefined) {
    const remedy = "take it out of `forbidden` or out of `calls`";
    return { what: `both expects and forbids the tool ${both.name}`, remedy };
  }
  if (mode !== "within" && calls.length > maximumCalls) {
    const what = `expects ${count(calls.length, "call")} but allows ${maximumCalls}`;
    return { what, remedy: "raise `maximumCalls` or expect fewer calls" };
  }
  const most = isOpen(mode) ? maximumCalls : Math.min(maximumCalls, calls.length);
  if (minimumCalls <= most) return null;
  const what = `demands at least ${count(minimumCalls, "call")} but allows ${most}`;
  return { what, remedy: "lower `minimumCalls` or allow more calls" };
}

function judge(
  calls: readonly ToolCall[],
  { mode, maximumCalls }: ExpectedToolCalls,
  problems: Fits,
  offered: ReadonlySet<string> | undefined,
  isGreedy: boolean,
): Judgement {
  const fits = problems.map((row) => row.map((found) => found !== null && found.length === 0));
  const free = isGreedy ? greedyMatching(fits) : maximumMatching(fits);
  const partners = mode === "exact" || mode === "in_order" ? orderedMatching(fits) : free;
  const used = new Set(partners);
  const others = [...calls.keys()].filter((position) => !used.has(position));
  const inAnyOrder = free.filter((partner) => partner >= 0).length;
  if (!isOpen(mode)) return { partners, extra: others, inAnyOrder };
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
  const { mode, forbidden, minimumCalls = 0, maximumCalls = Infinity } = expected;
  const right = partners.filter((partner) => partner >= 0).length;
  const isForbidden = calls.some(({ name }) => forbidden?.includes(name));
  const missing = mode === "within" ? 0 : expected.calls.length - right;
  const whole = 2 * right + missing + extra.length;
  const isTooFew = calls.length < minimumCalls;
  const value =
    isForbidden || (isTooFew && right === 0)
      ? 0
      : whole === 0
        ? 1
        : shareOf(mode, right, missing, extra.length);
  const wrong = findings.filter(({ supports }) => !supports);
  const texts = wrong.slice(0, 4).map(({ subject, finding }) => `${finding} ${subject}`);
  if (wrong.length > 4) texts.push(`${wrong.length - 4} more`);
  if (isTooFew) texts.push(`${count(calls.length, "call")}, at least ${minimumCalls} demanded`);
  if (calls.length > maximumCalls)
    texts.push(`${count(calls.length, "call")}, at most ${maximumCalls} allowed`);
  const pass = missing + extra.length === 0 && !isForbidden && texts.length === 0;
  if (!pass && !isForbidden && inAnyOrder === expected.calls.length && right < inAnyOrder)
    texts.unshift("wrong order");
  const reason = pass ? praise(expected, right, calls.length) : texts.join("; ");
  return scored(value, pass, reason, findings.slice(0, maximumEvidence));
}

/** The F1 share of right calls; under `within`, where none need be made, the share among those made. */
function shareOf(mode: ExpectedToolCalls["mode"], right: number, missing: number, extra: number): number {
  return mode === "within" ? right / (right + extra) : (2 * right) / (2 * right + missing + extra);
}

function praise({ calls, mode }: ExpectedToolCalls, right: number, made: number): string {
  if (made === 0)
    return calls.length === 0
      ? "no call expected and none made"
      : "none of the calls that are allowed was made";
  if (mode === "within")
    return `${right === 1 ? "the call that was made is" : `all ${right} calls that were made are`} among those allowed`;
  if (calls.length === 0) return "no call was made that is not allowed";
  return `${right === 1 ? "the expected call was" : `all ${right} expected calls were`} made`;
}
