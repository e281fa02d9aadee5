import type { Message } from "../../../src/core/dataset.ts";
import { EvalsError, TargetError } from "../../../src/core/errors.ts";
import type { CallContext, TargetRequest } from "../../../src/core/extensions.ts";
import type { JsonObject } from "../../../src/core/json.ts";
import type { Span } from "../../../src/core/trace.ts";

/** A request of one case. */
export function request(
  over: Partial<TargetRequest> & { readonly variables?: JsonObject } = {},
): TargetRequest {
  const { variables, ...rest } = over;
  const messages: readonly Message[] = rest.messages ?? [{ role: "user", content: "Hi?" }];
  return {
    caseId: "c1",
    input: { messages: [...messages], ...(variables === undefined ? {} : { variables }) },
    messages,
    context: [],
    repetition: 1,
    ...rest,
  };
}

/** A span as the test's recorder keeps it. */
interface RecordedSpan {
  readonly name: string;
  readonly attributes: Span["attributes"];
  error?: string;
}

/** A context that keeps the spans. */
export function context(signal: AbortSignal = new AbortController().signal): CallContext & {
  readonly spans: RecordedSpan[];
} {
  const spans: RecordedSpan[] = [];
  return {
    signal,
    seed: 7,
    spans,
    async span(name, attributes, work) {
      const recorded: RecordedSpan = { name, attributes };
      spans.push(recorded);
      try {
        return await work();
      } catch (error) {
        recorded.error = error instanceof Error ? error.message : String(error);
        throw error;
      }
    },
  };
}

/** The TargetError that the work ends in. */
export async function targetErrorOf(work: () => unknown): Promise<TargetError> {
  const error = await thrownBy(work);
  if (error instanceof TargetError) return error;
  throw new Error("expected a TargetError", { cause: error });
}

/** The EvalsError that the work ends in. */
export async function evalsErrorOf(work: () => unknown): Promise<EvalsError> {
  const error = await thrownBy(work);
  if (error instanceof EvalsError) return error;
  throw new Error("expected an EvalsError", { cause: error });
}

async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error("expected an error, but there was none");
}
