import { z } from "zod";
import { EvalsError, TargetError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { canonicalJson } from "../core/json.ts";
import { complaint } from "../core/validate.ts";
import { answerSchema, withoutUndefined } from "./answer.ts";

/** A function that answers one request: with a response, or with the text alone. */
export type CallFunction = (
  request: TargetRequest,
  context: CallContext,
) => TargetResponse | string | Promise<TargetResponse | string>;

/** Options of {@link functionTarget}. */
export interface FunctionTargetOptions {
  /** Name for people. */
  readonly name: string;
  /** What the function knows of the bundle that it calls. Default: nothing, the release names all components. */
  readonly components?: Readonly<Record<string, unknown>>;
  /** Answers one request. May throw; a `TargetError` says why, anything else becomes a failure of kind `target`. */
  readonly call: CallFunction;
}

const optionsSchema = z.strictObject({
  name: z.string().min(1),
  components: z.record(z.string(), z.json()).optional(),
  call: z.custom((value) => typeof value === "function", { error: "expected a function" }),
});

/** The answer in its checked form. Throws `TargetError` that names the member for anything else. */
function checkedAnswer(name: string, answer: unknown): TargetResponse {
  if (typeof answer === "string") return { text: answer };
  let problem: string;
  try {
    const parsed = answerSchema.safeParse(answer);
    if (parsed.success) {
      canonicalJson(parsed.data); // Throws for what contains itself, which the schema lets pass.
      return withoutUndefined(parsed.data) as TargetResponse;
    }
    problem = complaint(answerSchema, parsed.error);
  } catch {
    problem = "it contains itself, is nested too deeply, or cannot be read";
  }
  const message = `target "${name}" returned an answer that cannot be used: ${problem}`;
  throw new TargetError({ kind: "target", message, retryable: false });
}

/**
 * A target that calls a function of your own. What it returns is checked: an answer without `text`, with a misspelt
 * member or with a value that JSON cannot hold is a failure of kind `target` that is not tried again.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used.
 */
export function functionTarget(options: FunctionTargetOptions): Target {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    throw new EvalsError(
      "TARGET_INVALID",
      `functionTarget: ${complaint(optionsSchema, parsed.error)}`,
      "Give `name`, `call` and, where the function knows its bundle, `components`.",
    );
  }
  const { name, components = {}, call } = options;
  return {
    name,
    components,
    call: async (request, context) => checkedAnswer(name, await call(request, context)),
  };
}
