import type { Target, TargetRequest, TargetResponse } from "./extensions.ts";
import type { JudgeProblem } from "./score.ts";

/** Which model judges. */
export interface JudgeIdentity {
  /** Name of its target, for people. */
  readonly name: string;
  /** SHA-256 over the target's name and components. Votes and calibrations of another judge are never used. */
  readonly fingerprint: string;
}

/** One question to a judge. */
export interface JudgeQuestion<T> {
  /** The model that judges. */
  readonly target: Target;
  /** Which it is. */
  readonly judgedBy: JudgeIdentity;
  /** What it is asked. `repetition` is the number of the vote. */
  readonly request: TargetRequest;
  /** Version of what asks and of what reads the answer; a vote of another version is never reused. */
  readonly version: string;
  /** Reads the answer. An answer that gives no verdict is never reused. */
  readonly read: (response: TargetResponse) => { readonly value: T } | { readonly problem: JudgeProblem };
}

/** What a judge answered, or why there is no verdict. */
export type JudgeReply<T> =
  | { readonly value: T; readonly reused: boolean }
  | { readonly problem: JudgeProblem };

/** What an evaluator may use while it judges a sample of a run. */
export interface EvaluateContext {
  /** Asks a judge with the run's time limit, retries and spend limit; a vote that was cast before is reused. Never throws. */
  readonly ask: <T>(question: JudgeQuestion<T>) => Promise<JudgeReply<T>>;
  /**
   * Round of judging; the first is 1. In a further round a judge with votes weighs those of the first again, together with one more than
   * as many fresh ones.
   */
  readonly round: number;
}

/** A vote as the store keeps it, under the judge that cast it, for every run that asks the same again. */
export interface StoredVote {
  /** SHA-256 of version, question and number of the vote. */
  readonly key: string;
  /** The judge's answer, secrets removed. */
  readonly text: string;
  /** True when the judge declined. */
  readonly refused: boolean;
  /** Why generation ended, in the provider's word. */
  readonly finishReason: string | null;
  /** When it was cast, ISO 8601. */
  readonly castAt: string;
}
