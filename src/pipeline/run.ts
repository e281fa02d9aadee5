import { setMaxListeners } from "node:events";
import { z } from "zod";
import type { Case } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import type { Target, TargetResponse } from "../core/extensions.ts";
import type { Redact } from "../core/redact.ts";
import type { Trial } from "../core/run.ts";
import {
  type Attempt,
  type Output,
  outputSchema,
  type Sample,
  type SampleIdentity,
  type Served,
  type Side,
  servedSchema,
  servedUnknown,
  type Usage,
  usageSchema,
  usageUnknown,
} from "../core/sample.ts";
import { soundUsage } from "../core/usage.ts";
import type { Budget } from "./budget.ts";
import { type CallOptions, type CallOutcome, callTarget } from "./call-target.ts";
import { nextTurn } from "./next-turn.ts";
import { redactSample } from "./redact-sample.ts";
import { requestOf } from "./targets.ts";

/** What a run needs. */
export interface RunInput {
  readonly trials: readonly Trial[];
  readonly cases: ReadonlyMap<string, Case>;
  readonly targets: Readonly<Record<Side, Target>>;
  readonly concurrency: number;
  /** Keeps the spend limit; judging shares it. */
  readonly spending: Budget;
  readonly call: Omit<CallOptions, "seed" | "signal" | "traceparent">;
  /** The trace that the call of a trial belongs to, where traces are sent. */
  readonly traceparentOf?: ((sample: SampleIdentity) => string) | undefined;
  /** When it is aborted no further trial is started; those in flight end. */
  readonly stop: AbortSignal;
  /** When it is aborted the trials in flight are given up. */
  readonly abort: AbortSignal;
  /** Time of day, ISO 8601. */
  readonly now: () => string;
  readonly redact: Redact;
  /** Takes each sample as it is there; the next trial of its place starts when the promise resolves. */
  readonly onSample: (sample: Sample) => Promise<void>;
  /** Takes what a trial that was given up had cost; `null` when it does not say. */
  readonly onGivenUp?: (trial: Trial, costUsd: number | null) => Promise<void>;
}

/**
 * Runs trials, so many at a time. Every trial ends as a sample, answered or failed, unless the run is stopped before it:
 * a trial that was given up leaves no sample, so that a resumed run does it again.
 */
export async function run(input: RunInput): Promise<void> {
  // Every call in flight listens to it.
  setMaxListeners(0, input.abort);
  const remaining = input.trials.values();
  // Places open one after the other, so that the first calls are under way while the next are prepared.
  let turn = Promise.resolve();
  const work = async () => {
    const mine = turn;
    turn = mine.then(nextTurn);
    await mine;
    for (const trial of remaining) {
      if (input.stop.aborted) return;
      await runTrial(trial, input);
    }
  };
  await Promise.all(Array.from({ length: input.concurrency }, work));
}

async function runTrial(trial: Trial, input: RunInput): Promise<void> {
  const { spending, redact } = input;
  const startedAt = input.now();
  const refusal = await spending.take(trial.side);
  if (input.stop.aborted) {
    if (refusal === null) spending.unanswered(trial.side);
    return;
  }
  if (refusal !== null) {
    const outcome: CallOutcome = {
      response: null,
      failure: refusal,
      attempts: [],
      spans: [],
      spent: usageUnknown,
    };
    return input.onSample(sampleOf(trial, startedAt, outcome, redact));
  }
  const request = requestOf(input.cases.get(trial.caseId)!, trial.repetition);
  const traceparent = input.traceparentOf?.({ ...trial, startedAt });
  const options = { ...input.call, seed: trial.seed, signal: input.abort, traceparent };
  const outcome = await callTarget(input.targets[trial.side], request, options);
  if (outcome.response === null) spending.unanswered(trial.side, outcome.spent.costUsd);
  else spending.answered(trial.side, outcome.response.usage?.costUsd ?? null);
  // A target may call its own failure so (a recording, a program): only what was really given up leaves no sample.
  if (outcome.failure?.kind === "aborted" && input.abort.aborted)
    return input.onGivenUp?.(trial, outcome.spent.costUsd);
  await input.onSample(sampleOf(trial, startedAt, outcome, redact));
}

/** What a trial leaves. Reading what a target gave may throw, since it may be nested without end or refuse to be read: that is a malformed answer. */
function sampleOf(trial: Trial, startedAt: string, outcome: CallOutcome, redact: Redact): Sample {
  try {
    return readSample(trial, startedAt, outcome, redact);
  } catch (error) {
    const failure = malformed(error instanceof RangeError ? "nested too deeply" : messageOf(error));
    const attempts = withLastFailure(outcome.attempts, failure);
    const unread = { ...outcome, response: null, failure, attempts, spans: [] };
    return readSample(trial, startedAt, unread, redact);
  }
}

function readSample(trial: Trial, startedAt: string, outcome: CallOutcome, redact: Redact): Sample {
  const checked = outcome.response === null ? null : answerOf(outcome.response);
  const failure = checked !== null && "problem" in checked ? malformed(checked.problem) : outcome.failure;
  const attempts =
    failure === outcome.failure ? outcome.attempts : withLastFailure(outcome.attempts, failure!);
  const answer =
    checked !== null && "output" in checked
      ? checked
      : { ...unanswered, usage: soundUsage(outcome.response?.usage ?? outcome.spent) };
  const sample: Sample = {
    trialKey: trial.key,
    caseId: trial.caseId,
    side: trial.side,
    repetition: trial.repetition,
    seed: trial.seed,
    startedAt,
    latencyMs: attempts.at(-1)?.latencyMs ?? 0,
    output: answer.output,
    failure,
    attempts,
    usage: answer.usage,
    timeToFirstTokenMs: answer.timeToFirstTokenMs,
    served: answer.served,
    spans: outcome.spans,
  };
  return redactSample(sample, redact);
}

/** What a target said, checked: it is users' code and models' output. */
interface Answer {
  readonly output: Output | null;
  readonly usage: Usage;
  readonly timeToFirstTokenMs: number | null;
  readonly served: Served;
}

const unanswered: Answer = {
  output: null,
  usage: usageUnknown,
  timeToFirstTokenMs: null,
  served: servedUnknown,
};

const responseSchema = z.object({
  output: outputSchema,
  usage: usageSchema,
  timeToFirstTokenMs: z.number().min(0).nullable(),
  served: servedSchema,
  latencyMs: z.number().min(0).optional(),
});

function malformed(problem: string): NonNullable<Sample["failure"]> {
  return { kind: "target", message: `malformed answer: ${problem}`, retryable: false };
}

function withLastFailure(attempts: readonly Attempt[], failure: NonNullable<Sample["failure"]>): Attempt[] {
  const isLatency = (value: unknown): value is number => typeof value === "number" && value >= 0;
  return attempts.map((attempt, index) =>
    index === attempts.length - 1
      ? { ...attempt, latencyMs: isLatency(attempt.latencyMs) ? attempt.latencyMs : 0, failure }
      : attempt,
  );
}

/** The answer with what was left out filled in, or what is wrong with it. */
function answerOf(response: TargetResponse): Answer | { problem: string } {
  const result = responseSchema.safeParse({
    output: {
      text: response.text,
      toolCalls: response.toolCalls ?? [],
      context: response.context ?? null,
      state: response.state ?? null,
      refused: response.refused ?? false,
      finishReason: response.finishReason ?? null,
    },
    usage: { ...usageUnknown, ...response.usage },
    timeToFirstTokenMs: response.timeToFirstTokenMs ?? null,
    served: { ...servedUnknown, ...response.served },
    latencyMs: response.latencyMs,
  });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  return { problem: `${issue.path.join(".").replace(/^output\./, "")}: ${issue.message}` };
}
