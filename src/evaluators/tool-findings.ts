import type { ExpectedToolCalls } from "../core/dataset.ts";
import type { ToolCall } from "../core/sample.ts";
import type { Evidence } from "../core/score.ts";
import { showCall } from "./call-arguments.ts";
import { clip } from "./text.ts";

/** For each expected call and each call that was made: what is wrong with it, nothing when it is right, `null` when the tool differs. */
export type Fits = readonly (readonly (readonly string[] | null)[])[];

/** What the calls are found to be. */
export interface Judgement {
  /** For each expected call the position of the call that fulfils it, or −1. */
  readonly partners: readonly number[];
  /** Positions of calls that count against the answer. */
  readonly extra: readonly number[];
  /** Pairs that would be there were the order of calls free. */
  readonly inAnyOrder: number;
}

/** True for a mode in which other calls than the expected ones are allowed. */
export function isOpen(mode: ExpectedToolCalls["mode"]): boolean {
  return mode === "in_order" || mode === "contains";
}

/** One piece of evidence for each expected call and each call that is wrong, forbidden ones first. */
export function findingsOf(
  calls: readonly ToolCall[],
  expected: ExpectedToolCalls,
  problems: Fits,
  judgement: Judgement,
  offered: ReadonlySet<string> | undefined,
): Evidence[] {
  return [
    ...forbiddenFindings(calls, expected),
    ...expectedFindings(calls, expected, problems, judgement),
    ...extraFindings(calls, expected, judgement, offered),
  ];
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
  problems: Fits,
  { partners }: Judgement,
): Evidence[] {
  const used = new Set(partners);
  return expected.calls.flatMap((wanted, position): Evidence[] => {
    const partner = partners[position]!;
    if (partner >= 0) return [{ subject: showCall(calls[partner]!), finding: "as expected", supports: true }];
    if (expected.mode === "within") return [];
    const near = nearest(problems[position]!, used);
    if (near === undefined) return [{ subject: showCall(wanted), finding: "missing", supports: false }];
    const what = near.length === 0 ? "made, but not in its place" : near.slice(0, 4).join(", ");
    return [{ subject: `${showCall(wanted)}: ${clip(what, 240)}`, finding: "missing", supports: false }];
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
      const finding = known ? (isOpen(mode) ? "too many" : "unexpected") : "unknown tool";
      return { subject: showCall(call), finding, supports: false };
    });
}
