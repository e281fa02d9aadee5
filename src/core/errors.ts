import type { RateLimit } from "./extensions.ts";
import type { Failure } from "./failure.ts";

export type { Failure };

/** What a user can do wrong, as a stable word that scripts may rely on. */
export type EvalsErrorCode =
  | "USAGE"
  | "CONFIG_NOT_FOUND"
  | "CONFIG_INVALID"
  | "EVAL_INVALID"
  | "GATE_INVALID"
  | "RELEASE_INVALID"
  | "DATASET_NOT_FOUND"
  | "DATASET_EMPTY"
  | "DATASET_INVALID"
  | "DATASET_LOCK_MISMATCH"
  | "COHORT_THIN"
  | "NOT_COMPARABLE"
  | "CREDENTIAL_MISSING"
  | "TARGET_INVALID"
  | "OUTPUT_NOT_WRITABLE"
  | "STORE_UNUSABLE"
  | "TRACES_EMPTY"
  | "RUN_NOT_FOUND"
  | "RUN_MISMATCH"
  | "CASE_NOT_FOUND"
  | "PROMOTION_REFUSED"
  | "LABELS_INVALID"
  | "CALIBRATION_INVALID"
  | "TRACES_UNREADABLE"
  | "CANARY_CHANGED";

/**
 * A mistake in what the user wrote or asked for. Always found before anything is spent; the command line
 * shows one line of message and one line of hint and ends with exit code 2.
 */
export class EvalsError extends Error {
  override readonly name = "EvalsError";
  /** Stable word for the kind of mistake. */
  readonly code: EvalsErrorCode;
  /** What to do about it, in one sentence. */
  readonly hint: string;
  /** Facts for machines, such as the list of refused differences. */
  readonly details: unknown;

  constructor(
    code: EvalsErrorCode,
    message: string,
    hint: string,
    options: { cause?: unknown; details?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = hint;
    this.details = options.details;
  }
}

/** What a thrown value says, whatever it is. Never throws. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return "a value that cannot be written as text";
  }
}

/** What a target throws when it knows why the call failed. Anything else that a target throws becomes a failure of kind `target`. */
export class TargetError extends Error {
  override readonly name = "TargetError";
  /** The failure as it will be stored. */
  readonly failure: Failure;
  /** Milliseconds that the provider asked to wait before the next attempt. */
  readonly retryAfterMs: number | undefined;
  /** What the provider still allows, where it said so. */
  readonly rateLimit: RateLimit | undefined;

  constructor(
    failure: Failure,
    options: { retryAfterMs?: number; rateLimit?: RateLimit; cause?: unknown } = {},
  ) {
    super(failure.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failure = failure;
    this.retryAfterMs = options.retryAfterMs;
    this.rateLimit = options.rateLimit;
  }
}
