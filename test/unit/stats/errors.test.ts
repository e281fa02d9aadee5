import { describe, expect, test } from "vitest";
import * as s from "../../../src/stats/index.ts";

const pairs = { regressions: 3, improvements: 2, n: 40 };
const rates = { n: 20, regressionRate: 0.1, improvementRate: 0.1, alpha: 0.05 };
const plan = { alpha: 0.05, power: 0.8 };
const arm = { successes: 3, n: 10 };
const el = { margin: 0.05, confidence: 0.9 };
const bets = { alpha: 0.05, sequential: true, cap: 0.5, theta: 0.5 };
const gate = { alpha: 0.05, multiplicity: "discreteHolm" } as const;

/** What is called, and what its RangeError must say. */
const REJECTED: [label: string, call: () => unknown, message: RegExp][] = [
  ["normalCdf", () => s.normalCdf(Number.NaN), /^x must be a finite number, got NaN$/],
  ["normalQuantile", () => s.normalQuantile(1.2), /^probability must be between 0 and 1, got 1.2$/],
  ["studentTCdf", () => s.studentTCdf(1, 0), /^degreesOfFreedom must be a finite number above 0, got 0$/],
  ["studentTCdf of NaN", () => s.studentTCdf(Number.NaN, 3), /^x must be a finite number, got NaN$/],
  [
    "studentTQuantile",
    () => s.studentTQuantile(Number.NaN, 3),
    /^probability must be between 0 and 1, got NaN$/,
  ],
  ["betaCdf", () => s.betaCdf(0.5, -1, 2), /^a must be a finite number above 0, got -1$/],
  ["betaCdf outside", () => s.betaCdf(-0.1, 1, 2), /^x must be between 0 and 1, got -0.1$/],
  ["betaQuantile", () => s.betaQuantile(0.5, 1, 0), /^b must be a finite number above 0, got 0$/],
  ["binomialCdf", () => s.binomialCdf(1, 2.5, 0.5), /^n must be an integer of at least 0, got 2.5$/],
  [
    "auroc",
    () => s.auroc([1, Number.NaN], [true, false], ["a", "b"], 0.95),
    /^values\[1\] must be a finite.*NaN$/,
  ],
  ["auroc of lengths", () => s.auroc([1, 2], [true], ["a", "b"], 0.95), /^positive.length must be 2, got 1$/],
  [
    "cohenKappa",
    () => s.cohenKappa(["a"], ["a"], ["c"], 95),
    /^confidence must be above 0 and below 1, got 95$/,
  ],
  ["cohenKappa of lengths", () => s.cohenKappa(["a"], [], ["c"], 0.95), /^second.length must be 1, got 0$/],
  ["clopperPearson", () => s.clopperPearson(5, 4, 0.9), /^successes must be at most n = 4, got 5$/],
  [
    "clopperPearson of NaN",
    () => s.clopperPearson(Number.NaN, 4, 0.9),
    /^successes must be an integer.*NaN$/,
  ],
  ["wilson", () => s.wilson(1, 4, 95), /^confidence must be above 0 and below 1, got 95$/],
  ["wilson of -1", () => s.wilson(1, -1, 0.9), /^n must be an integer of at least 0, got -1$/],
  ["mcnemar", () => s.mcnemar({ ...pairs, regressions: -1 }), /^regressions must be an integer.*-1$/],
  ["mcnemar of fractions", () => s.mcnemar({ ...pairs, improvements: 0.5 }), /^improvements must be.*0.5$/],
  [
    "tangoInterval",
    () => s.tangoInterval({ ...pairs, n: 4 }, 0.9),
    /^regressions \+ improvements must be at most n = 4, got 5$/,
  ],
  [
    "tangoNonInferiority",
    () => s.tangoNonInferiority(pairs, 1),
    /^margin must be at least 0 and below 1, got 1$/,
  ],
  ["tangoNonInferiority in points", () => s.tangoNonInferiority(pairs, 5), /^margin must be .*got 5$/],
  [
    "newcombePaired",
    () => s.newcombePaired({ ...pairs, bothPass: Number.NaN, bothFail: 1 }, 0.9),
    /^bothPass must be an integer.*NaN$/,
  ],
  [
    "miettinenNurminen",
    () => s.miettinenNurminen(arm, { successes: 11, n: 10 }, { confidence: 0.9, difference: 0 }),
    /^successes of the baseline must be at most n of the baseline = 10, got 11$/,
  ],
  [
    "miettinenNurminen difference",
    () => s.miettinenNurminen(arm, arm, { confidence: 0.9, difference: 2 }),
    /^difference must be between -1 and 1, got 2$/,
  ],
  [
    "newcombeUnpaired",
    () => s.newcombeUnpaired(arm, arm, 0),
    /^confidence must be above 0 and below 1, got 0$/,
  ],
  [
    "fisherMidP",
    () => s.fisherMidP({ successes: 1, n: 0.5 }, arm),
    /^n of the candidate must be an integer.*0.5$/,
  ],
  ["mannWhitney", () => s.mannWhitney([1], [Number.NaN]), /^baseline\[0\] must be a finite number, got NaN$/],
  [
    "hodgesLehmann",
    () => s.hodgesLehmann([Number.POSITIVE_INFINITY], [1], 0.9),
    /^candidate\[0\] must be .*Infinity$/,
  ],
  ["holm", () => s.holm([0.5, Number.NaN]), /^pValues\[1\] must be between 0 and 1, got NaN$/],
  [
    "benjaminiHochberg",
    () => s.benjaminiHochberg([-0.1]),
    /^pValues\[0\] must be between 0 and 1, got -0.1$/,
  ],
  ["weightedHolm", () => s.weightedHolm([0.1], [1, 2]), /^weights.length must be 1, got 2$/],
  ["weightedHolm negative", () => s.weightedHolm([0.1], [-2]), /^weights\[0\] must be .*-2$/],
  [
    "discreteHolmMcnemar",
    () => s.discreteHolmMcnemar([{ ...pairs, regressions: 1.5 }]),
    /^regressions must be .*1.5$/,
  ],
  ["quantileType7", () => s.quantileType7([1, 2], 1.5), /^probability must be between 0 and 1, got 1.5$/],
  ["quantileIntervals", () => s.quantileIntervals([1], [0.5, 2], 0.9), /^probability must be .*2$/],
  ["quantileInterval", () => s.quantileInterval([Number.NaN], 0.5, 0.9), /^values\[0\] must be .*NaN$/],
  [
    "quantileOrderRanks",
    () => s.quantileOrderRanks(-1, 0.5, 0.9),
    /^n must be an integer of at least 0, got -1$/,
  ],
  [
    "quantileComparer",
    () => s.quantileComparer([1, 2], [1, 2], 0.5, { candidate: 3, baseline: 2 }),
    /^the candidate has 2 values, which cannot weigh as much as 3$/,
  ],
  ["quantileCompare", () => s.quantileCompare([Number.NaN], [1], 0.5, 0.9), /^candidate\[0\] must be .*NaN$/],
  ["harrellDavis", () => s.harrellDavis([1], -0.1), /^probability must be between 0 and 1, got -0.1$/],
  ["bootstrapIndices", () => s.bootstrapIndices(0, 5, 1), /^n must be an integer of at least 1, got 0$/],
  [
    "percentileMean index",
    () => s.percentileMean([1, 2], [[0, 2]], 0.9),
    /^indices\[0\]\[1\] must be an integer from 0 to 1, got 2$/,
  ],
  [
    "percentileMean length",
    () => s.percentileMean([1, 2], [[0]], 0.9),
    /^indices\[0\].length must be 2, got 1$/,
  ],
  ["bcaMean", () => s.bcaMean([Number.NaN], [[0]], 0.9), /^values\[0\] must be .*NaN$/],
  ["bootstrapT", () => s.bootstrapT([1], [[0]], 1), /^confidence must be above 0 and below 1, got 1$/],
  [
    "clusterPercentile",
    () => s.clusterPercentile([1, 2], ["a"], [[0]], 0.9),
    /^clusters.length must be 2, got 1$/,
  ],
  ["clusterSums", () => s.clusterSums([1], []), /^clusters.length must be 1, got 0$/],
  [
    "clusteredStandardError",
    () => s.clusteredStandardError([Number.NaN], [1], 0.9),
    /^values\[0\] must be .*NaN$/,
  ],
  ["varianceComponents", () => s.varianceComponents([[1, 2], [1]]), /^rows\[1\].length must be 2, got 1$/],
  [
    "varianceComponents empty row",
    () => s.varianceComponents([[]]),
    /^rows\[0\].length must be at least 1, got 0$/,
  ],
  ["signFlip", () => s.signFlip([Number.NaN], { seed: 1 }), /^differences\[0\] must be .*NaN$/],
  [
    "signFlip flips",
    () => s.signFlip([1], { seed: 1, flips: 0 }),
    /^flips must be an integer of at least 1, got 0$/,
  ],
  [
    "signFlip seed",
    () => s.signFlip(Array(20).fill(1), { seed: Number.NaN }),
    /^seed must be a finite number/,
  ],
  [
    "signFlipExact",
    () => s.signFlipExact(Array(23).fill(1)),
    /^differences must have at most 22 non-zero units, got 23$/,
  ],
  ["signFlipMonteCarlo", () => s.signFlipMonteCarlo([1, 2], [[1]]), /^signs\[0\].length must be 2, got 1$/],
  [
    "signFlipMonteCarlo sign",
    () => s.signFlipMonteCarlo([1], [[0]]),
    /^signs\[0\]\[0\] must be 1 or -1, got 0$/,
  ],
  [
    "westfallYoung",
    () => s.westfallYoung([[1, 2], [1]], { seed: 1 }),
    /^differences\[1\].length must be 2, got 1$/,
  ],
  [
    "westfallYoungWithSigns",
    () => s.westfallYoungWithSigns([[1]], [[2]]),
    /^signs\[0\]\[0\] must be 1 or -1, got 2$/,
  ],
  ["elScore", () => s.elScore([1.5], el), /^differences\[0\] must be between -1 and 1, got 1.5$/],
  [
    "elScore of NaN",
    () => s.elScore([Number.NaN], el),
    /^differences\[0\] must be between -1 and 1, got NaN$/,
  ],
  [
    "elScore sizes",
    () => s.elScore([1], { ...el, clusterSizes: [0] }),
    /^clusterSizes\[0\] must be .*got 0$/,
  ],
  [
    "elScore lengths",
    () => s.elScore([1], { ...el, clusterSizes: [1, 1] }),
    /^clusterSizes.length must be 1, got 2$/,
  ],
  ["elScore margin", () => s.elScore([1], { ...el, margin: -0.1 }), /^margin must be .*-0.1$/],
  [
    "nonInferiorityExactUnconditional",
    () => s.nonInferiorityExactUnconditional(pairs, 0.05, 0),
    /^grid must be .*got 0$/,
  ],
  [
    "tangoNonInferiorityPower",
    () => s.tangoNonInferiorityPower({ ...rates, margin: 2 }),
    /^margin must be .*got 2$/,
  ],
  [
    "mcnemarPowerExact",
    () => s.mcnemarPowerExact({ ...rates, improvementRate: 0.95 }),
    /^regressionRate \+ improvementRate must be at most 1, got 1.05$/,
  ],
  [
    "pairedBinaryN",
    () => s.pairedBinaryN({ ...plan, drop: -0.1, discordance: 0.2 }),
    /^drop must be .*-0.1$/,
  ],
  [
    "pairedBinaryN power",
    () => s.pairedBinaryN({ ...plan, power: 1, drop: 0.1, discordance: 0.2 }),
    /^power must be .*got 1$/,
  ],
  [
    "nonInferiorityN",
    () => s.nonInferiorityN({ ...plan, margin: 0.1, discordance: 2, difference: 0 }),
    /^discordance must be .*2$/,
  ],
  ["minimumNForMargin", () => s.minimumNForMargin(0.05, 0), /^alpha must be above 0 and below 1, got 0$/],
  [
    "minimumDetectableEffectPairedBinary",
    () => s.minimumDetectableEffectPairedBinary({ ...plan, n: 1.5, discordance: 0.1 }),
    /^n must be an integer of at least 0, got 1.5$/,
  ],
  [
    "minimumDetectableEffectMean",
    () => s.minimumDetectableEffectMean({ ...plan, n: 10, standardDeviation: -1 }),
    /^standardDeviation must be .*-1$/,
  ],
  [
    "minimumDetectableEffectMean sides",
    () => s.minimumDetectableEffectMean({ ...plan, n: 10, standardDeviation: 1, sides: 3 as 2 }),
    /^sides must be 1 or 2, got 3$/,
  ],
  [
    "millerN",
    () =>
      s.millerN({
        ...plan,
        difference: 0.1,
        varianceOfDifference: 0.1,
        baselineVariance: Number.NaN,
        candidateVariance: 0,
        baselineRepetitions: 1,
        candidateRepetitions: 1,
      }),
    /^baselineVariance must be .*NaN$/,
  ],
  ["mcnemarEValue", () => s.mcnemarEValue(pairs, 0), /^a must be a finite number above 0, got 0$/],
  [
    "eventShareEValue",
    () => s.eventShareEValue({ candidateEvents: 1, baselineEvents: 1, trafficShare: 1, r: 2 }),
    /^trafficShare must be above 0 and below 1, got 1$/,
  ],
  [
    "predictablePlugInSequence",
    () => s.predictablePlugInSequence([2], { alpha: 0.05, cap: 0.5 }),
    /^values\[0\] must be .*2$/,
  ],
  [
    "bettingInterval",
    () => s.bettingInterval([0.5], { ...bets, cap: 1 }),
    /^cap must be above 0 and below 1, got 1$/,
  ],
  [
    "asymptoticConfidenceSequence",
    () => s.asymptoticConfidenceSequence({ standardDeviation: 1, n: 10, alpha: 0.05, plannedN: 0 }),
    /^plannedN must be .*got 0$/,
  ],
  [
    "lanDemetsBoundaries",
    () => s.lanDemetsBoundaries([0.5, 0.4], 0.05, "pocock"),
    /^informationFractions\[1\] must be between 0.5 and 1, got 0.4$/,
  ],
  [
    "lanDemetsBoundaries information",
    () => s.lanDemetsBoundaries([0.5, 1], 0.05, "pocock", [2, 1]),
    /^information\[1\] must be between 2 and .*got 1$/,
  ],
  ["repeatedPValue", () => s.repeatedPValue(1.2, [1], "pocock"), /^pValue must be .*got 1.2$/],
  ["spentError", () => s.spentError(0.5, 1, "pocock"), /^alpha must be .*got 1$/],
  [
    "growingFamilyAlpha",
    () => s.growingFamilyAlpha([{ informationFraction: 0.5, hypotheses: -1 }], 0.05, "pocock"),
    /^looks\[0\]\.hypotheses must be .*got -1$/,
  ],
  [
    "decidePaired",
    () => s.decidePaired([{ ...pairs, id: "a", margin: Number.NaN }], gate),
    /^margin must be .*NaN$/,
  ],
  [
    "decidePaired alpha",
    () => s.decidePaired([], { ...gate, alpha: 0.5 }),
    /^alpha must be above 0 and below 0.5, got 0.5$/,
  ],
];

describe("arguments out of range", () => {
  test.each(REJECTED)("%s", (_, call, message) => {
    expect(call).toThrow(RangeError);
    expect(call).toThrow(message);
  });

  test("are refused by every exported function that takes any", () => {
    const tested = new Set(REJECTED.map(([label]) => label.split(" ")[0]));
    const functions = Object.entries(s).flatMap(([name, value]) =>
      typeof value === "function" ? [name] : [],
    );
    expect(functions.filter((name) => !tested.has(name))).toEqual(["seededRandom"]);
  });
});
