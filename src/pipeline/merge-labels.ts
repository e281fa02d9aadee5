import { EvalsError } from "../core/errors.ts";
import { agreedLabel, type Label, type LabelRow } from "../core/labels.ts";
import { cohenKappa, type Estimate } from "../stats/index.ts";
import type { LabelEntry } from "./label-files.ts";

/** What people said, put together. */
export interface MergedLabels {
  readonly rows: readonly LabelRow[];
  /** Rows by what their labels say together; `none` where nobody labelled. */
  readonly counts: Readonly<Record<Label | "none", number>>;
  /** Ids of rows on which people differ. */
  readonly differing: readonly string[];
  /** For each two people who labelled the same rows: on how many, the share on which they agree (0..1), and Cohen's κ at 95 %. */
  readonly agreement: readonly {
    readonly people: readonly [string, string];
    readonly rows: number;
    readonly agreed: number;
    readonly kappa: Estimate;
  }[];
}

/**
 * Puts labels of people into their rows. A person's later label for a row takes the place of an earlier one.
 *
 * @throws EvalsError LABELS_INVALID for a label whose row is not there.
 */
export function mergeLabels(rows: readonly LabelRow[], entries: readonly LabelEntry[]): MergedLabels {
  const known = new Map(rows.map((row) => [row.id, new Map(row.labels.map((given) => [given.by, given]))]));
  for (const { id, ...given } of entries) {
    const labels = known.get(id);
    if (labels === undefined) {
      const message = `there is no row "${id}" for a label of ${given.by}`;
      throw new EvalsError("LABELS_INVALID", message, "give the file that the table was exported with");
    }
    labels.set(given.by, given);
  }
  const merged = rows.map((row) => ({ ...row, labels: [...known.get(row.id)!.values()] }));
  const counts = { good: 0, bad: 0, unsure: 0, none: 0 };
  for (const row of merged) counts[agreedLabel(row) ?? "none"]++;
  const differing = merged
    .filter(({ labels }) => new Set(labels.map(({ label }) => label)).size > 1)
    .map(({ id }) => id);
  return { rows: merged, counts, differing, agreement: agreementOf(merged) };
}

function agreementOf(rows: readonly LabelRow[]): MergedLabels["agreement"] {
  const people = [...new Set(rows.flatMap(({ labels }) => labels.map(({ by }) => by)))].sort();
  return people.flatMap((first, index) =>
    people.slice(index + 1).flatMap((second) => {
      const both = rows.flatMap((row) => {
        const of = (person: string) => row.labels.find(({ by }) => by === person)?.label;
        const [a, b] = [of(first), of(second)];
        return a === undefined || b === undefined
          ? []
          : [{ a, b, source: row.source ?? row.case.cluster ?? row.case.id }];
      });
      if (both.length === 0) return [];
      const kappa = cohenKappa(
        both.map(({ a }) => a),
        both.map(({ b }) => b),
        both.map(({ source }) => source),
        0.95,
      );
      const agreed = both.filter(({ a, b }) => a === b).length / both.length;
      return [{ people: [first, second] as const, rows: both.length, agreed, kappa }];
    }),
  );
}
