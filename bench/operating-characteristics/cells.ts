/** One situation whose operating characteristics are measured. */
export interface Cell {
  /** Unique name, part of the seed of each of its replications. */
  readonly id: string;
  /** Cases in all, spread evenly over the cohorts. */
  readonly n: number;
  /** Repetitions of each case on each side. */
  readonly repetitions: number;
  /** True loss of the first cohort, as a proportion; the other cohorts lose nothing. */
  readonly drop: number;
  /** Margin over all cases and margin of each cohort. */
  readonly margins: Margins;
}

/** Margins as proportions. */
export interface Margins {
  readonly all: number;
  readonly cohort: number;
}

/** 3 points over all cases, 5 in each cohort. */
export const narrow: Margins = { all: 0.03, cohort: 0.05 };
/** 5 points over all cases, 10 in each cohort. */
export const wide: Margins = { all: 0.05, cohort: 0.1 };

/** Numbers of cases. */
export const sizes = [100, 300, 1000] as const;
/** Numbers of repetitions. */
export const repetitionCounts = [1, 3, 5] as const;

/** The name of a cell, such as `n=300 k=3 margins 3/5 drop 10`. */
export function cellId(n: number, repetitions: number, margins: Margins, drop: number): string {
  return `n=${n} k=${repetitions} margins ${inPoints(margins.all)}/${inPoints(margins.cohort)} drop ${inPoints(drop)}`;
}

/** A proportion as whole points. */
export function inPoints(proportion: number): number {
  return Math.round(proportion * 100);
}

/** All cells: narrow margins with no drop and drops of 2, 5 and 10 points, wide margins with no drop and one of 10. */
export function allCells(): Cell[] {
  const policies = [
    { margins: narrow, drops: [0, 0.02, 0.05, 0.1] },
    { margins: wide, drops: [0, 0.1] },
  ];
  return policies.flatMap(({ margins, drops }) =>
    sizes.flatMap((n) =>
      repetitionCounts.flatMap((repetitions) =>
        drops.map((drop) => ({ id: cellId(n, repetitions, margins, drop), n, repetitions, drop, margins })),
      ),
    ),
  );
}
