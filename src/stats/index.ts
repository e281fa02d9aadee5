/**
 * The statistics of a release gate as pure functions: no I/O, no clock, no hidden randomness. Arguments out
 * of range throw a RangeError that names the argument; "no finite value" is null.
 */
export { auroc, cohenKappa, type Estimate } from "./agreement.ts";
export * from "./bootstrap.ts";
export {
  type ClusteredStandardError,
  type ClusterLabel,
  type ClusterSums,
  clusteredStandardError,
  clusterSums,
  type VarianceComponents,
  varianceComponents,
} from "./clusters.ts";
export * from "./confidence-sequence.ts";
export * from "./decision.ts";
export {
  betaCdf,
  betaQuantile,
  binomialCdf,
  normalCdf,
  normalQuantile,
  studentTCdf,
  studentTQuantile,
} from "./distributions.ts";
export { type EmpiricalLikelihoodScore, elScore, type SupportEnd } from "./empirical-likelihood.ts";
export { nonInferiorityExactUnconditional, tangoNonInferiorityPower } from "./exact.ts";
export {
  lanDemetsBoundaries,
  repeatedPValue,
  type SpendingFunction,
  spentError,
} from "./group-sequential.ts";
export { type FamilyLook, growingFamilyAlpha } from "./growing-family.ts";
export { type HarrellDavis, harrellDavis } from "./harrell-davis.ts";
export { clopperPearson, type Interval, wilson } from "./interval.ts";
export {
  benjaminiHochberg,
  type DiscreteHolmResult,
  discreteHolmMcnemar,
  holm,
  weightedHolm,
} from "./multiplicity.ts";
export {
  type DiscordantPairs,
  type McNemarResult,
  mcnemar,
  type NewcombePairedResult,
  newcombePaired,
  type PairedCounts,
  type PairedTable,
} from "./paired.ts";
export {
  type FlipOptions,
  type SignFlipPValues,
  type SignFlipResult,
  signFlip,
  signFlipExact,
  signFlipMonteCarlo,
} from "./permutation.ts";
export * from "./power.ts";
export {
  type EffectiveSizes,
  type OrderRanks,
  type QuantileComparison,
  type QuantileInterval,
  quantileCompare,
  quantileComparer,
  quantileInterval,
  quantileIntervals,
  quantileOrderRanks,
  quantileType7,
} from "./quantile.ts";
export { type RandomSource, seededRandom } from "./random.ts";
export {
  type HodgesLehmann,
  hodgesLehmann,
  type MannWhitneyResult,
  mannWhitney,
} from "./ranks.ts";
export * from "./sequential.ts";
export { type ScoreTestResult, tangoInterval, tangoNonInferiority } from "./tango.ts";
export {
  fisherMidP,
  type MiettinenNurminenResult,
  miettinenNurminen,
  newcombeUnpaired,
  type Proportion,
} from "./twosample.ts";
export {
  type WestfallYoungPValues,
  type WestfallYoungResult,
  westfallYoung,
  westfallYoungWithSigns,
} from "./westfall-young.ts";
