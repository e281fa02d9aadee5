import type { Side } from "../core/sample.ts";

/** Values by case, side and repetition: looked up without making a text of the three for each. */
export type Slots<T> = Map<string, T[]>;

/** A trial's case, side and repetition. */
interface Place {
  readonly caseId: string;
  readonly side: Side;
  readonly repetition: number;
}

/** Position of a side and repetition among the trials of a case. */
export function slotOf(side: Side, repetition: number): number {
  return 2 * (repetition - 1) + (side === "baseline" ? 0 : 1);
}

/** The value of a trial; `undefined` where none was put. */
export function valueAt<T>(slots: ReadonlyMap<string, readonly T[]>, place: Place): T | undefined {
  return slots.get(place.caseId)?.[slotOf(place.side, place.repetition)];
}

/** Puts the value of a trial. */
export function putAt<T>(slots: Slots<T>, { caseId, side, repetition }: Place, value: T): void {
  let own = slots.get(caseId);
  if (own === undefined) {
    own = [];
    slots.set(caseId, own);
  }
  own[slotOf(side, repetition)] = value;
}
