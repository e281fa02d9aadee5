import type { Failure } from "../core/errors.ts";
import { type Redact, redactValue } from "../core/redact.ts";
import type { Sample } from "../core/sample.ts";

/** A sample as it may be written: what the measured system said is redacted, the names of our own members are not. */
export function redactSample(sample: Sample, redact: Redact): Sample {
  const { output, failure, attempts, served, spans } = sample;
  return {
    ...sample,
    output: output === null ? null : redactOutput(output, redact),
    failure: redactFailure(failure, redact),
    attempts: attempts.map((attempt) => ({ ...attempt, failure: redactFailure(attempt.failure, redact) })),
    served: {
      ...served,
      model: redactText(served.model, redact),
      route: redactText(served.route, redact),
      guardrails: served.guardrails?.map(redact) ?? null,
    },
    spans: spans.map((span) => ({
      ...span,
      name: redact(span.name),
      attributes: redactValue(span.attributes, redact),
      ...(span.error === undefined ? {} : { error: redact(span.error) }),
    })),
  };
}

function redactOutput(output: NonNullable<Sample["output"]>, redact: Redact): NonNullable<Sample["output"]> {
  const { text, toolCalls, context, state, finishReason } = output;
  return {
    ...output,
    text: redact(text),
    toolCalls: toolCalls.map((call) => ({
      ...call,
      name: redact(call.name),
      arguments: redactValue(call.arguments, redact),
      ...(call.result === undefined ? {} : { result: redactValue(call.result, redact) }),
    })),
    context: context?.map((passage) => ({ ...passage, text: redact(passage.text) })) ?? null,
    state: redactValue(state, redact),
    finishReason: redactText(finishReason, redact),
  };
}

function redactText(text: string | null, redact: Redact): string | null {
  return text === null ? null : redact(text);
}

function redactFailure(failure: Failure | null, redact: Redact): Failure | null {
  return failure === null ? null : { ...failure, message: redact(failure.message) };
}
