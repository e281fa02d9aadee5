import type { Expectation, ExpectedWrites } from "../core/dataset.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { ToolCall } from "../core/sample.ts";
import { type Demand, demand } from "./demand.ts";
import { partialMatch } from "./json-equality.ts";
import { clip, show } from "./text.ts";
import { toolSelection } from "./tool-selection.ts";

/** What is demanded of the state that an answer leaves: the expected values, members not named being free. */
export function stateDemand(state: Json, expected: Expectation["state"]): Demand[] {
  if (expected === undefined) return [];
  if (state === null) {
    const finding = "a state is expected and none was reported";
    return [demand(false, "state", finding, finding)];
  }
  if (!isJsonObject(state)) {
    const finding = `is ${show(state)}, not an object`;
    return [demand(false, "state", finding, `the state ${finding}`)];
  }
  const { differences, fulfilled } = partialMatch(expected, state);
  const told = differences.map(({ path, want, got }) => ({
    subject: `state ${clip(path, 120)}`,
    finding: `want ${show(want)}, got ${got === undefined ? "nothing" : show(got)}`,
    supports: false,
  }));
  const right = fulfilled.map((path) => ({
    subject: `state ${clip(path, 120)}`.trim(),
    finding: "as expected",
    supports: true,
  }));
  const [first] = told;
  const more = told.length > 1 ? ` and ${told.length - 1} more` : "";
  const complaint = first === undefined ? "" : `${first.subject}: ${first.finding}${more}`;
  return [{ fulfilled: told.length === 0, complaint, evidence: [...told, ...right] }];
}

/** What is demanded of the calls that changed something: the expected ones and no other, in any order. */
export function writesDemand(calls: readonly ToolCall[], writes: ExpectedWrites | undefined): Demand[] {
  if (writes === undefined) return [];
  const made = calls.filter(({ name, failed }) => failed !== true && writes.tools.includes(name));
  const evaluation = toolSelection({ calls: made, expected: { calls: writes.calls, mode: "any_order" } });
  if (evaluation.status !== "scored") return [demand(false, "changes", evaluation.reason, evaluation.reason)];
  const { pass, reason, evidence } = evaluation;
  if (evidence.length === 0) return [demand(pass, "changes", pass ? "none, as expected" : reason, reason)];
  const told = evidence.map((one) => ({ ...one, subject: `change ${one.subject}` }));
  return [{ fulfilled: pass, complaint: pass ? "" : `of the changes: ${reason}`, evidence: told }];
}
