import pLimit from "p-limit";
import type { Store, TargetResponse } from "../core/extensions.ts";
import type { EvaluateContext, JudgeQuestion, JudgeReply, StoredVote } from "../core/judge.ts";
import type { Redact } from "../core/redact.ts";
import type { Judging } from "../core/score.ts";
import type { Budget } from "./budget.ts";
import { type CallOptions, callTarget } from "./call-target.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** What calls of judges need. */
export interface JudgeCallsInput {
  /** Where votes are kept. */
  readonly store: Store;
  readonly call: Omit<CallOptions, "seed" | "signal">;
  readonly concurrency: number;
  /** Keeps the spend limit; the run shares it. */
  readonly spending: Budget;
  /** Calls in flight are given up once it is aborted. */
  readonly abort: AbortSignal;
  /** Time of day, ISO 8601. */
  readonly now: () => string;
  readonly redact: Redact;
}

/** Gives an evaluation its context, and says afterwards what it used. */
export type OpenJudging = (round: number) => {
  readonly context: EvaluateContext;
  /** What was used so far; `null` when no judge was asked. */
  readonly used: () => Judging | null;
  /** Resolves when all questions that were asked so far have ended. */
  readonly settled: () => Promise<void>;
};

/**
 * Calls of judges for a run: with its time limit, retries and spend limit. A vote is kept by content: the same judge, version and question, number of
 * the vote included, is asked once, in this run or a later one. What gives no verdict is never kept.
 */
export function judgeCalls(input: JudgeCallsInput): OpenJudging {
  const kept = new Map<string, Promise<Map<string, StoredVote>>>();
  const inFlight = new Map<string, Promise<JudgeReply<unknown>>>();
  const limit = pLimit(input.concurrency);
  const votesOf = (place: string) => {
    const known = kept.get(place) ?? readVotes(input.store, place);
    kept.set(place, known);
    return known;
  };
  const askOnce = async <T>(question: JudgeQuestion<T>, used: Judging): Promise<JudgeReply<T>> => {
    const place = placeOf(question);
    const key = keyOf(question);
    const votes = await votesOf(place);
    const earlier = votes.get(key);
    if (earlier !== undefined) {
      const answer = question.read(earlier);
      if ("value" in answer) {
        used.reused++;
        return { ...answer, reused: true };
      }
    }
    const asked = inFlight.get(`${place}/${key}`);
    if (asked !== undefined) {
      used.reused++;
      return asked as Promise<JudgeReply<T>>;
    }
    const reply = limit(() => askNow(question, input, used, place, key, votes));
    inFlight.set(`${place}/${key}`, reply);
    try {
      return await reply;
    } finally {
      inFlight.delete(`${place}/${key}`);
    }
  };
  return (round) => {
    const used: Judging = { calls: 0, reused: 0, inputTokens: null, outputTokens: null, costUsd: null };
    const asked: Promise<unknown>[] = [];
    const context: EvaluateContext = {
      round,
      ask(question) {
        const reply = askOnce(question, used);
        asked.push(reply);
        return reply;
      },
    };
    return {
      context,
      used: () => (used.calls + used.reused === 0 ? null : { ...used }),
      settled: async () => void (await Promise.allSettled(asked)),
    };
  };
}

/** Runs of the store that hold votes instead of samples: one for each judge. */
function placeOf({ judgedBy }: JudgeQuestion<unknown>): string {
  return `votes-${judgedBy.fingerprint.slice(0, 32)}`;
}

/** Everything that the answer follows from, beside the judge itself. */
function keyOf({ version, request }: JudgeQuestion<unknown>): string {
  const { messages, answerSchema = null, repetition } = request;
  return fingerprintOf({ version, messages, answerSchema, vote: repetition });
}

/** The votes of a judge by key. A store keeps no keys with its records, so that each vote carries its own. */
async function readVotes(store: Store, place: string): Promise<Map<string, StoredVote>> {
  const votes = await store.read(place, "vote");
  return new Map(votes.map((vote) => [vote.key, vote]));
}

async function askNow<T>(
  question: JudgeQuestion<T>,
  { store, call, spending, abort, now, redact }: JudgeCallsInput,
  used: Judging,
  place: string,
  key: string,
  votes: Map<string, StoredVote>,
): Promise<JudgeReply<T>> {
  const refusal = await spending.take(place);
  if (refusal !== null) return { problem: refusal };
  const seed = question.request.repetition;
  const { response, failure, spent } = await callTarget(question.target, question.request, {
    ...call,
    seed,
    signal: abort,
  });
  used.calls++;
  if (response === null) {
    spending.unanswered(place, spent.costUsd);
    addUsage(used, spent);
    return { problem: { kind: failure!.kind, message: redact(failure!.message) } };
  }
  spending.answered(place, response.usage?.costUsd ?? null);
  addUsage(used, response.usage);
  const vote: StoredVote = {
    key,
    text: redact(String(response.text)),
    refused: response.refused === true,
    finishReason: response.finishReason ?? null,
    castAt: now(),
  };
  const answer = question.read(vote);
  if ("problem" in answer) {
    const { kind, message } = answer.problem;
    return { problem: { kind, message: redact(message) } };
  }
  await store.append([{ kind: "vote", runId: place, key, body: vote }]);
  votes.set(key, vote);
  return { ...answer, reused: false };
}

/** Adds what a call reports; targets are users' code, so that only sound numbers count. */
function addUsage(used: Judging, usage: TargetResponse["usage"]): void {
  for (const name of ["inputTokens", "outputTokens", "costUsd"] as const) {
    const value = usage?.[name];
    const isSound = typeof value === "number" && Number.isFinite(value) && value >= 0;
    if (isSound && (name === "costUsd" || Number.isInteger(value))) used[name] = (used[name] ?? 0) + value;
  }
}
