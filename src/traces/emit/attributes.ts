import type { Json } from "../../core/json.ts";
import type { ReleaseManifest } from "../../core/release.ts";
import type { Sample } from "../../core/sample.ts";
import type { Score } from "../../core/score.ts";
import type { Span } from "../../core/trace.ts";

/** Attributes of a span or an event as they are sent. */
export type EmittedAttributes = Record<string, string | number | boolean | string[]>;

/** What the spans of a sample say beside the sample itself. */
export interface SampleContext {
  readonly runId: string;
  /** The release that the sample is of. */
  readonly release: ReleaseManifest;
  /** Cohort tags of the case. */
  readonly cohorts: Readonly<Record<string, string>>;
}

const longestExplanation = 500;

/**
 * Attributes of the span of a whole trial. Names that begin with `gen_ai.` and `error.` are those of the OpenTelemetry
 * semantic conventions; the others are our own:
 *
 * | attribute | on | value |
 * |---|---|---|
 * | `gatewright.run.id` | trial | identifier of the run |
 * | `gatewright.case.id` | trial | identifier of the case |
 * | `gatewright.side` | trial | `baseline` or `candidate` |
 * | `gatewright.release` | trial | name of the release |
 * | `gatewright.repetition` | trial | number of the repetition; the first is 1 |
 * | `gatewright.trial.key` | trial | key of the trial, as in the store |
 * | `gatewright.attempts` | trial | calls that were made, retries included |
 * | `gatewright.usage.cost_usd` | trial | cost of the trial in US dollars, where it is known |
 * | `gatewright.cohort.<dimension>` | trial | the case's tag in that dimension |
 * | `gatewright.span.inferred` | tool | true for a call that was reported without a step: its times mean nothing |
 * | `gatewright.evaluator.version` | event | version of the evaluator |
 * | `gatewright.evaluation.status` | event | `scored`, `unscored` or `error` |
 */
export function trialAttributes(sample: Sample, context: SampleContext): EmittedAttributes {
  const { release, runId, cohorts } = context;
  const { usage, output, failure, served } = sample;
  const requested = firstText(sample.spans, "gen_ai.request.model") ?? modelOf(release);
  return present({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": release.target,
    "gen_ai.provider.name": firstText(sample.spans, "gen_ai.provider.name"),
    "gen_ai.request.model": requested,
    "gen_ai.response.model": served.model,
    "gen_ai.response.finish_reasons": output?.finishReason == null ? null : [output.finishReason],
    "gen_ai.usage.input_tokens": usage.inputTokens,
    "gen_ai.usage.output_tokens": usage.outputTokens,
    "error.type": failure?.kind,
    "gatewright.run.id": runId,
    "gatewright.case.id": sample.caseId,
    "gatewright.side": sample.side,
    "gatewright.release": release.name,
    "gatewright.repetition": sample.repetition,
    "gatewright.trial.key": sample.trialKey,
    "gatewright.attempts": sample.attempts.length,
    "gatewright.usage.cost_usd": usage.costUsd,
    ...Object.fromEntries(
      Object.entries(cohorts).map(([dimension, value]) => [`gatewright.cohort.${dimension}`, value]),
    ),
  });
}

/** Attributes of the event `gen_ai.evaluation.result`. An unscored sample has neither value nor label. */
export function evaluationAttributes({ evaluator, version, evaluation }: Score): EmittedAttributes {
  const isScored = evaluation.status === "scored";
  return present({
    "gen_ai.evaluation.name": evaluator,
    "gen_ai.evaluation.score.value": isScored ? evaluation.value : null,
    "gen_ai.evaluation.score.label": isScored ? (evaluation.pass ? "pass" : "fail") : null,
    "gen_ai.evaluation.explanation": cut(evaluation.reason, longestExplanation),
    "error.type": evaluation.status === "error" ? "evaluator" : null,
    "gatewright.evaluator.version": version,
    "gatewright.evaluation.status": evaluation.status,
  });
}

/** Attributes of the execution of a tool. */
export function toolAttributes(name: string): EmittedAttributes {
  return { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name };
}

/** The attributes of a step as they may be sent. They come from the measured system's code, whatever their type says. */
export function stepAttributes(attributes: Readonly<Record<string, unknown>>): EmittedAttributes {
  return present(
    Object.fromEntries(Object.entries(attributes ?? {}).map(([name, value]) => [name, sendable(value)])),
  );
}

/** A text of at most so many UTF-16 code units; a cut one ends in an ellipsis. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function sendable(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
    return value as string | number | boolean;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function present(attributes: Record<string, EmittedAttributes[string] | null | undefined>) {
  const entries = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as EmittedAttributes;
}

function firstText(spans: readonly Span[], name: string): string | undefined {
  const value = spans.find(({ attributes }) => typeof attributes[name] === "string")?.attributes[name];
  return typeof value === "string" ? value : undefined;
}

/** The component `model` is a name, or an object that has one. */
function modelOf({ components }: ReleaseManifest): string | undefined {
  const model: Json = components.model?.value ?? null;
  if (typeof model === "string") return model;
  if (typeof model !== "object" || model === null || Array.isArray(model)) return undefined;
  return typeof model.name === "string" ? model.name : undefined;
}
