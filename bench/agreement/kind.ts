import type { Json } from "gatewright";

/** A mistake in how the script was called or in a file that it was given; ends with exit code 2. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
}

/** A row of a foreign file. */
// biome-ignore lint/suspicious/noExplicitAny: files of others, of whatever shape
export type Row = Record<string, any>;

/** A file that was named, read whole. */
export interface DataFile {
  /** Path as it was given. */
  readonly path: string;
  /** Text of each row as it stands in the file; of a `.json` file that is no list, the one text. */
  readonly texts: readonly string[];
  /** The rows. */
  readonly rows: readonly Row[];
}

/** What a kind is given. */
export interface KindInput {
  /** Files without an option, in their order. */
  readonly files: readonly DataFile[];
  /** Files after `--train`. */
  readonly train: readonly DataFile[];
  /** Files after `--test`. */
  readonly test: readonly DataFile[];
  /** Number after `--folds`; `null` without it. */
  readonly folds: number | null;
}

/** What a kind found. */
export interface Outcome {
  /** Number of comparisons. */
  readonly n: number;
  /** How many agree. */
  readonly agree: number;
  /** Members of the last line that belong to the kind, such as `falsePositives`. */
  readonly figures: Readonly<Record<string, Json>>;
  /** One line for each comparison that does not agree: which, and what each side says. */
  readonly disagreements: readonly string[];
}

/** One kind of labels and the evaluator that is compared with them. */
export interface Kind {
  /** Compares. @throws WrongUse for files that cannot be used. */
  run(input: KindInput): Outcome | Promise<Outcome>;
}
