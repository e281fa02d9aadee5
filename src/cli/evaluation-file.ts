import { readdir } from "node:fs/promises";
import type { Config } from "../config.ts";
import { EvalsError } from "../core/errors.ts";

/**
 * The evaluation that a command works on: the one that was given, the one of the configuration, or the only one in `evals/`.
 *
 * @throws EvalsError USAGE where there is none, or more than one.
 */
export async function evaluationFile(
  given: string | undefined,
  config: Config,
  command: string,
): Promise<string> {
  const named = given ?? config.evaluation;
  if (named !== undefined) return named;
  const files = (await readdir("evals").catch(() => [])).filter((name) => /\.eval\.[cm]?[jt]s$/.test(name));
  if (files.length === 1) return `evals/${files[0]}`;
  const message =
    files.length === 0 ? "no evaluation file was given" : `evals/ holds ${files.length} evaluations`;
  throw new EvalsError("USAGE", message, `give one: evals ${command} evals/${files[0] ?? "NAME.eval.ts"}`);
}
