import type { CanaryPlan, StoredLook } from "./canary.ts";
import type { Case, CaseInput, Message, Passage } from "./dataset.ts";
import type { JsonObject } from "./json.ts";
import type { EvaluateContext, JudgeIdentity, StoredVote } from "./judge.ts";
import type { Promotion, promotionsScope } from "./promotion.ts";
import type { Components } from "./release.ts";
import type { Report } from "./report.ts";
import type { RunManifest } from "./run.ts";
import type { Output, Sample, Served, Spent, Usage } from "./sample.ts";
import type { Evaluation, JudgeQuality, Score } from "./score.ts";
import type { Span } from "./trace.ts";

/** What a target is asked. The expectation of the case is not in it. */
export interface TargetRequest {
  /** The case, for logs and recordings; an answer must not depend on it. */
  readonly caseId: string;
  /** The input of the case. */
  readonly input: CaseInput;
  /** The messages of the input; empty when it has only variables. */
  readonly messages: readonly Message[];
  /** Context given with the case; empty when it has none. */
  readonly context: readonly Passage[];
  /** Number of the repetition; the first is 1. */
  readonly repetition: number;
  /** JSON Schema that the answer should satisfy, with a name of letters, digits, `_` and `-`. A target that can hold its model to one does, unless its own options name a format. */
  readonly answerSchema?: { readonly name: string; readonly schema: JsonObject };
}

/** Runs a step of an answer and records it as a span. */
export type SpanRecorder = <T>(
  name: string,
  attributes: Span["attributes"],
  work: () => T | Promise<T>,
  options?: {
    /** True when the step has no steps of its own: it is cheaper to record, and what is recorded inside of it does not become its child. */
    readonly isLeaf?: boolean;
  },
) => Promise<T>;

/** What a target may use while it answers. */
export interface CallContext {
  /** Aborted when the time is up or the run is interrupted. */
  readonly signal: AbortSignal;
  /** Seed of the trial: the same for both releases. */
  readonly seed: number;
  /** Records a step. */
  readonly span: SpanRecorder;
  /** Trace that the call belongs to, as the W3C header `traceparent` has it; targets that call over HTTP send it along. */
  readonly traceparent?: string;
  /** Takes what a step used as soon as it is known, so that it is counted when the call fails later or its time runs out. An answer says in its `usage` what all steps together used. */
  readonly reportUsage?: (usage: Partial<Usage>) => void;
}

/** What a provider still allows, as it said with an answer or a refusal. */
export interface RateLimit {
  /** Requests that are left; 0 or more. */
  readonly remainingRequests?: number;
  /** Tokens that are left; 0 or more. */
  readonly remainingTokens?: number;
  /** Milliseconds until all of it is full again; 0 or more. */
  readonly resetMs?: number;
}

/** What a target answers. Only `text` is needed; what is left out counts as not reported. Values are checked to be JSON when they arrive. */
export interface TargetResponse {
  /** The answer. */
  readonly text: string;
  /** Tool calls in the order in which they were made. */
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly arguments: unknown;
    readonly argumentsText?: string | undefined;
    readonly result?: unknown;
    readonly failed?: boolean | undefined;
  }[];
  /** Passages that were retrieved, best first. */
  readonly context?: readonly Passage[] | null;
  /** State after the answer. */
  readonly state?: unknown;
  /** True when the system or its guardrail declined to answer. */
  readonly refused?: boolean;
  /** Why generation ended, in the provider's word. */
  readonly finishReason?: string | null;
  /** What the call used. */
  readonly usage?: Partial<Usage>;
  /** Which way the answer came: model, member of a route, fallback, response cache, guardrails. */
  readonly served?: Partial<Served>;
  /** Milliseconds from the call to the first token, where the answer was streamed. */
  readonly timeToFirstTokenMs?: number;
  /** What the provider still allows, where it says so. Not recorded: it is for whoever spaces the calls. */
  readonly rateLimit?: RateLimit;
  /** Latency in milliseconds as it was recorded, for recordings; the runner's own clock otherwise. */
  readonly latencyMs?: number;
}

/** What is called: a model API, a recording, a function. */
export interface Target {
  /** Name for people. */
  readonly name: string;
  /** What the target itself knows of the bundle it calls, such as model and decoding of an API. Merged into the release's components, so that nothing it sends can differ unseen. */
  readonly components: Readonly<Record<string, unknown>>;
  /** What the costs that it reports rest on, such as the day of a price table. For readers of the report: a price is no behaviour, so it is not among the components. */
  readonly costBasis?: string;
  /** True when an earlier answer to the same request may stand for a new call: all that can change its answers is among its components. Left out, none does: of code that was changed no component tells. */
  readonly cacheable?: boolean;
  /** What limits its calls, such as the host of an API. Calls of targets with the same one are spaced together, those of both releases too; left out, all calls of a run are. `null` where nothing does, as with a recording: no limit of the evaluation holds for them. */
  readonly rateKey?: string | null;
  /** Finds what would make every call fail (a missing key, a missing file) before anything is spent. `tell` takes a sentence for people on what takes long, such as a download. Throws `EvalsError`. */
  check?(tell?: (message: string) => void): void | Promise<void>;
  /** Finds which of the planned cases it could never answer, such as one that is longer than the context of a model, before anything is spent. Is given one request for each case, after `check`. Throws `EvalsError`. */
  prepare?(requests: readonly TargetRequest[]): void | Promise<void>;
  /** Gives back what it holds, such as a loaded model: once after the run, an interrupted one too, or after one that was refused. What it throws becomes a warning. Another run checks and prepares it again. */
  close?(): void | Promise<void>;
  /** Answers one request. May throw; `TargetError` says why, anything else becomes a failure of kind `target`. */
  call(request: TargetRequest, context: CallContext): Promise<TargetResponse>;
}

/** What an evaluator sees: one sample with its case, never the other side. */
export interface EvaluatorInput {
  readonly case: Case;
  readonly sample: Sample & { readonly output: Output };
  readonly spans: readonly Span[];
}

/** A function of one sample. */
export interface Evaluator {
  /** Name, lower case with underscores; also the name of its metric in a gate. */
  readonly name: string;
  /** Version; scores of different versions are never compared. */
  readonly version: string;
  /**
   * For an evaluator that can be wrong, such as a model that judges: how often it is right, or `unmeasured`. Its error is taken out of
   * what is reported and widens the interval; an unmeasured one is named in the report. Left out by an evaluator that follows a rule.
   */
  readonly judge?: JudgeQuality | "unmeasured";
  /** The model that judges, for an evaluator that asks one. */
  readonly judgedBy?: JudgeIdentity;
  /** How often it asks its judge about one answer, at most, as long as nothing is judged again: so that `evals power` can tell before the first run. */
  readonly callsPerAnswer?: number;
  /** The targets that it calls: they are checked before a run and closed after it. */
  readonly targets?: readonly Target[];
  /**
   * True for one whose code is known to change nothing of what it is given. What any other is given is frozen first, which costs as much as a
   * simple evaluation.
   */
  readonly changesNothing?: boolean;
  /** Compiles what the cases bring, such as JSON schemas, once before the run. Throws `EvalsError` for what cannot be used. */
  prepare?(cases: readonly Case[]): void | Promise<void>;
  /** Judges one sample. What it throws becomes an evaluation of status `error`. The context is left out where it is called by itself, outside a run. */
  evaluate(input: EvaluatorInput, context?: EvaluateContext): Evaluation | Promise<Evaluation>;
}

/**
 * A record of a run, or of a canary that is looked at repeatedly, as a store keeps it. The scores that are known at once, such as those of one
 * answer, are one record. The report of a run is kept without its cases, which follow from the other records. Promotions belong to no run, and stay when runs are removed.
 */
export type StoreRecord =
  | { readonly kind: "run"; readonly runId: string; readonly key: string; readonly body: RunManifest }
  | { readonly kind: "case"; readonly runId: string; readonly key: string; readonly body: Case }
  | { readonly kind: "sample"; readonly runId: string; readonly key: string; readonly body: Sample }
  | { readonly kind: "scores"; readonly runId: string; readonly key: string; readonly body: readonly Score[] }
  | { readonly kind: "spent"; readonly runId: string; readonly key: string; readonly body: Spent }
  | { readonly kind: "vote"; readonly runId: string; readonly key: string; readonly body: StoredVote }
  | { readonly kind: "report"; readonly runId: string; readonly key: string; readonly body: Report }
  | { readonly kind: "canary"; readonly runId: string; readonly key: string; readonly body: CanaryPlan }
  | { readonly kind: "look"; readonly runId: string; readonly key: string; readonly body: StoredLook }
  | {
      readonly kind: "promotion";
      readonly runId: typeof promotionsScope;
      readonly key: string;
      readonly body: Promotion;
    };

/** Kind of a record. */
export type RecordKind = StoreRecord["kind"];

/** Body of the records of one kind. */
export type RecordBody<K extends RecordKind> = Extract<StoreRecord, { kind: K }>["body"];

/** Where the records of runs are kept. Append-only: a record that is there is never changed, and a second one with its run, kind and key is ignored. */
export interface Store {
  /** Writes records; when the promise resolves they survive the death of the process. */
  append(records: readonly StoreRecord[]): Promise<void>;
  /** Manifests of the stored runs, newest first. */
  runs(filter?: { readonly evaluation?: string; readonly limit?: number }): Promise<RunManifest[]>;
  /** Records of one run and kind, in the order in which they were written. */
  read<K extends RecordKind>(runId: string, kind: K): Promise<RecordBody<K>[]>;
  /** Removes all records of these runs, and no promotion; the only way in which a record goes. Left out by a store that keeps everything. */
  remove?(runIds: readonly string[]): Promise<void>;
  /** Ends the use of the store. */
  close(): Promise<void>;
}

/** Turns a report into a format. Pure: the same report gives the same text. */
export interface Reporter {
  /** Name of the format. */
  readonly name: string;
  /** Renders the report. */
  render(report: Report): string;
}

/** A release as the user defines it: a target with the components of its bundle. */
export interface Release {
  /** Name, unique in the evaluation. */
  readonly name: string;
  /** What is called. */
  readonly target: Target;
  /** All components, those of the target merged in; `null` for one that the release does not have. */
  readonly components: Components;
  /** Paths that differ from the live release on purpose. */
  readonly changes: readonly string[];
  /** Whether an earlier answer to the same trial may stand for a new call, where the evaluation has a cache; as the release says, else as its target does. */
  readonly cacheable?: boolean;
}
