import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { EvalsError, messageOf } from "../core/errors.ts";
import { complaint } from "../core/validate.ts";

/** A rubric: what a judge decides by. */
export interface Rubric {
  /** Its version, as its author counts. */
  readonly version: number;
  /** The rules, as Markdown. */
  readonly text: string;
  /** Length of the scale; the judge gives a whole number from 1 (worst) to this. `null` for pass or fail. */
  readonly scale: number | null;
  /** The smallest number of the scale that passes. */
  readonly passAt: number | null;
  /** SHA-256 of the whole file. */
  readonly sha256: string;
}

const headSchema = z
  .strictObject({
    version: z.int().min(1),
    scale: z.int().min(2).max(10).optional(),
    passAt: z.int().min(2).optional(),
  })
  .refine(({ scale, passAt }) => (scale === undefined) === (passAt === undefined), {
    error: "`scale` and `passAt` belong together",
  })
  .refine(({ scale, passAt }) => scale === undefined || passAt! <= scale, {
    error: "`passAt` is above the scale",
    path: ["passAt"],
  });

/**
 * Reads a rubric: a Markdown file that begins with a head of YAML between two lines `---`. The head holds `version`, and for a scale
 * `scale` (its length) and `passAt` (the smallest number that passes). The version of an evaluator follows from the whole file.
 *
 * @param file path relative to the working directory, or `new URL("./tone.md", import.meta.url)`.
 * @throws EvalsError EVAL_INVALID that names the file and what is wrong with it.
 */
export function rubricFile(file: string | URL): Rubric {
  const shown = file.toString();
  const source = read(file, shown);
  const [, head, body] = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(source) ?? [];
  if (head === undefined || body === undefined || body.trim() === "") {
    throw invalid(
      shown,
      head === undefined ? "the rubric has no head" : "the rubric has no rules below its head",
      "begin it with the lines `---`, `version: 1`, `---`, and write the rules below",
    );
  }
  const result = headSchema.safeParse(yaml(head, shown));
  if (!result.success) {
    throw invalid(shown, complaint(headSchema, result.error), "correct the head of the rubric");
  }
  const { version, scale = null, passAt = null } = result.data;
  const sha256 = createHash("sha256").update(source).digest("hex");
  return { version, text: body.trim(), scale, passAt, sha256 };
}

/** A rubric for the version of an evaluator: a changed file with the old number is another version all the same. */
export function rubricVersion({ version, sha256 }: Rubric): string {
  return `rubric=v${version}#${sha256.slice(0, 12)}`;
}

function read(file: string | URL, shown: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (cause) {
    throw invalid(
      shown,
      `the rubric cannot be read (${messageOf(cause)})`,
      "check the path in the evaluation file",
    );
  }
}

function yaml(head: string, shown: string): unknown {
  try {
    return parse(head);
  } catch (cause) {
    throw invalid(shown, `the head is no YAML (${messageOf(cause)})`, "correct the head of the rubric");
  }
}

function invalid(shown: string, message: string, hint: string): EvalsError {
  return new EvalsError("EVAL_INVALID", `${shown}: ${message}`, hint);
}
