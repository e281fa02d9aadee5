import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { complaint } from "../core/validate.ts";
import { checkedAnswer } from "./answer.ts";

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
    async call(request, context) {
      const answer: unknown = await call(request, context);
      if (typeof answer === "string") return { text: answer };
      return checkedAnswer(answer, `target "${name}" returned an answer that cannot be used`);
    },
  };
}
