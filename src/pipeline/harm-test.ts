import type { StoredLook, TestedCriterion } from "../core/canary.ts";
import type { Criterion } from "../core/gate.ts";
import { growingFamilyAlpha, holm, lanDemetsBoundaries, normalCdf, repeatedPValue } from "../stats/index.ts";

/** How harm is tested: once, or at one of several looks at traces that grow. */
export interface HarmTest {
  /** False before the planned end: nothing passes there, and a group that is still empty is no error. */
  readonly isEnd: boolean;
  /** The p values of a family, corrected over its members and over the looks: harm is proven where one is alpha or less. */
  readonly corrected: (family: readonly TestedHarm[], severity: Severity) => number[];
  /** The level at which a single criterion outside of the families is tested, a bound on the candidate's own rate; `null` where it is not. */
  readonly levelOf: (tested: TestedCriterion) => number | null;
}

/** A one-sided p value for harm, with what it rests on. */
export interface TestedHarm extends TestedCriterion {
  readonly p: number;
}

type Severity = Criterion["severity"];

/** Harm that is tested once: corrected by Holm (1979). */
export function oneTest(alpha: number): HarmTest {
  return { isEnd: true, corrected: (family) => holm(family.map(({ p }) => p)), levelOf: () => alpha };
}

/** Between two looks nothing is tested. */
export const noTest: HarmTest = {
  isEnd: false,
  corrected: (family) => family.map(() => 1),
  levelOf: () => null,
};

/** A look: how far the plan has got, and the looks before it. */
export interface LookPlace {
  readonly alpha: number;
  readonly fraction: number;
  readonly earlier: readonly StoredLook[];
}

/** A test at one of several looks, which also says what p value a criterion of a family needs. */
export interface LookTest extends HarmTest {
  /** The p value at which harm is proven for one member of a family of so many, alone. */
  readonly requiredP: (tested: TestedCriterion, severity: Severity, members: number) => number;
  /** The boundaries at looks that may follow, were the information to grow as the fractions do. */
  readonly boundariesAhead: (
    tested: TestedCriterion,
    severity: Severity,
    members: number,
    fractions: readonly number[],
  ) => number[];
}

const spending = "obrienFleming";

/** Below this no interval of a rate has a level that is told from 1. */
const smallestLevel = 1e-12;

/**
 * Harm at one of several looks. Each criterion has its repeated p value by the O'Brien–Fleming-like spending of Lan and DeMets (1983): the
 * probability that it is ever a or less, at any look, is at most a. Holm's procedure over such p values holds at all looks together under any
 * dependence, since it asks nothing more of a p value (Maurer & Bretz 2013). Error is spent by the planned fraction of the traces; what two looks
 * have in common follows from the values that the criterion itself had at each. A criterion is only charged for looks at which it was tested.
 */
export function lookTest({ alpha, fraction, earlier }: LookPlace): LookTest {
  const historyOf = historian(earlier, fraction);
  const boundaries = remembered((key: string) => {
    const [fractions, information, level] = JSON.parse(key) as [number[], number[], number];
    return lanDemetsBoundaries(fractions, level, spending, information);
  });
  const nominal = (tested: TestedCriterion, level: number) => {
    const { fractions, information } = historyOf(tested);
    return normalCdf(-boundaries(JSON.stringify([fractions, information, level])).at(-1)!);
  };
  const levelFor = (severity: Severity, members: number) => {
    const looks = earlier.map((look) => ({
      informationFraction: look.fraction,
      hypotheses: look.families[severity],
    }));
    return growingFamilyAlpha(
      [...looks, { informationFraction: fraction, hypotheses: members }],
      alpha,
      spending,
    );
  };
  const sizeOf = (severity: Severity, members: number) =>
    Math.max(members, ...earlier.map(({ families }) => families[severity]));
  const shareOf = (severity: Severity, members: number) =>
    levelFor(severity, members) / sizeOf(severity, members);
  return {
    isEnd: fraction >= 1,
    corrected(family, severity) {
      const size = sizeOf(severity, family.length);
      const absent = Array.from({ length: size - family.length }, () => 1);
      const scale = alpha / levelFor(severity, family.length);
      const correct = (values: readonly number[]) =>
        holm([...values, ...absent]).map((value) => Math.min(1, value * scale));
      const alone = family.map(({ p }) => p);
      // A p value over all looks is never below that of one look, so only what one look would prove needs the other.
      const single = correct(alone);
      const overLooks = family.map((tested, index) => {
        if (single[index]! > alpha) return tested.p;
        const { fractions, information } = historyOf(tested);
        return repeatedPValue(tested.p, fractions, spending, information);
      });
      return correct(overLooks).slice(0, family.length);
    },
    levelOf(tested) {
      const level = nominal(tested, alpha);
      return level < smallestLevel ? null : level;
    },
    requiredP: (tested, severity, members) => nominal(tested, shareOf(severity, members)),
    boundariesAhead(tested, severity, members, ahead) {
      const { fractions, information } = historyOf(tested);
      const last = information.at(-1)!;
      const grown = ahead.map((each) => (last * each) / fractions.at(-1)!);
      const level = shareOf(severity, members);
      const all = lanDemetsBoundaries([...fractions, ...ahead], level, spending, [...information, ...grown]);
      return all.slice(fractions.length);
    },
  };
}

/** The looks at which a criterion was tested, this one among them: fractions by which error is spent, and information (Var⁻¹ of a difference of two means). */
function historian(earlier: readonly StoredLook[], fraction: number) {
  const byKey = new Map<string, { fractions: number[]; information: number[] }>();
  for (const look of earlier) {
    for (const tested of look.tested) {
      const history = byKey.get(tested.key) ?? { fractions: [], information: [] };
      history.fractions.push(look.fraction);
      history.information.push(Math.max(history.information.at(-1) ?? 0, informationOf(tested)));
      byKey.set(tested.key, history);
    }
  }
  return (tested: TestedCriterion) => {
    const before = byKey.get(tested.key) ?? { fractions: [], information: [] };
    const least = before.information.at(-1) ?? 0;
    return {
      fractions: [...before.fractions, fraction],
      information: [...before.information, Math.max(least, informationOf(tested))],
    };
  };
}

/** Two groups know as much of their difference as the harmonic mean of their sizes says; a single group as its size says. */
function informationOf({ baseline, candidate }: TestedCriterion): number {
  return baseline === 0 ? candidate : (baseline * candidate) / (baseline + candidate);
}

function remembered<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key)!;
  };
}
