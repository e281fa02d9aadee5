import type { TargetResponse } from "../core/extensions.ts";
import type { JudgeProblem } from "../core/score.ts";
import { answerSchemaOf, type Sheet, type Verdict } from "./judge-sheet.ts";
import { clip } from "./text.ts";

/** The verdicts of one vote by id, or why there are none. */
export type ReadAnswer =
  | { readonly value: ReadonlyMap<string, Verdict> }
  | { readonly problem: JudgeProblem };

/** Why generation ended too early, in the words of several providers. */
const cutReasons = /^(length|max_tokens|max_output_tokens|model_length)$/i;

/**
 * Reads a judge's answer: one JSON object, by itself or in one code fence, after the thoughts of a reasoning model. It must hold
 * exactly one verdict for each id of the sheet. Anything else is a problem, never a number.
 */
export function readAnswer(sheet: Sheet, response: TargetResponse): ReadAnswer {
  if (response.refused === true) return problem("refused", "the judge declined to judge");
  const text = typeof response.text === "string" ? bare(response.text) : "";
  const value = parse(text);
  if (value === undefined) {
    const isCut = cutReasons.test(response.finishReason ?? "") || isOpen(text);
    return isCut
      ? problem("truncated", `the judge's answer was cut: ${quoted(text.slice(-80))}`)
      : problem("not_json", `the judge's answer is no JSON: ${quoted(text)}`);
  }
  const result = answerSchemaOf(sheet).safeParse(value);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    const place = path.length === 0 ? "" : `${path.join(".")}: `;
    return problem("wrong_shape", `the judge's answer has another shape (${place}${clip(message, 160)})`);
  }
  return byId(sheet, result.data.verdicts);
}

function byId({ ids }: Sheet, verdicts: readonly Verdict[]): ReadAnswer {
  const found = new Map<string, Verdict>();
  for (const verdict of verdicts) {
    if (found.has(verdict.id)) return problem("wrong_shape", `the judge gave two verdicts for ${verdict.id}`);
    found.set(verdict.id, verdict);
  }
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return { value: found };
  return problem("wrong_shape", `the judge gave no verdict for ${clip(missing.join(", "), 120)}`);
}

/** The text without thoughts and without the code fence around all of it. */
function bare(text: string): string {
  const said = text.replace(/^\s*<think>[\s\S]*?<\/think>/i, "").trim();
  return /^```(?:json)?[^\S\n]*\n([\s\S]*?)\n?```$/i.exec(said)?.[1]?.trim() ?? said;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True for the beginning of a JSON object that does not end. */
function isOpen(text: string): boolean {
  const body = text.replace(/^```(?:json)?\s*/i, "");
  if (!body.startsWith("{")) return /^\s*<think>(?![\s\S]*<\/think>)/i.test(text);
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < body.length; at++) {
    const sign = body[at];
    if (isInText) {
      if (sign === "\\") at++;
      else if (sign === '"') isInText = false;
    } else if (sign === '"') isInText = true;
    else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    if (depth === 0) return false;
  }
  return true;
}

function problem(kind: JudgeProblem["kind"], message: string): ReadAnswer {
  return { problem: { kind, message } };
}

function quoted(text: string): string {
  return text === "" ? "it is empty" : JSON.stringify(clip(text, 80));
}
