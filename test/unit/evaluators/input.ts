import type { Case, Expectation } from "../../../src/core/dataset.ts";
import type { EvaluatorInput } from "../../../src/core/extensions.ts";
import { type Output, servedUnknown } from "../../../src/core/sample.ts";

/** A case with an expectation. */
export function caseWith(expected: Expectation | undefined, more: Partial<Case> = {}): Case {
  const input = {
    messages: [{ role: "user" as const, content: "How long do refunds take on the Pro plan?" }],
  };
  return { id: "case-1", input, cohorts: {}, ...(expected === undefined ? {} : { expected }), ...more };
}

/** What an evaluator is given for a case and an output. */
export function inputWith(item: Case, output: Partial<Output>): EvaluatorInput {
  const whole: Output = {
    text: "",
    toolCalls: [],
    context: null,
    state: null,
    refused: false,
    finishReason: null,
    ...output,
  };
  return {
    case: item,
    sample: {
      trialKey: "key",
      caseId: item.id,
      side: "candidate",
      repetition: 1,
      seed: 1,
      startedAt: "2026-01-01T00:00:00.000Z",
      latencyMs: 1,
      output: whole,
      failure: null,
      attempts: [],
      usage: {
        inputTokens: null,
        outputTokens: null,
        cachedInputTokens: null,
        reasoningTokens: null,
        costUsd: null,
      },
      timeToFirstTokenMs: null,
      served: servedUnknown,
      spans: [],
    },
    spans: [],
  };
}
