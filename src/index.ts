/** The public interface of gatewright: what evaluation, gate and configuration files import, and what a program can run by itself. */
export { type Config, configSchema, defineConfig } from "./config.ts";
export type { Calibration, Measures, Threshold } from "./core/calibration.ts";
export type { CanaryPlan, CanaryState, Look } from "./core/canary.ts";
export type { Cohort } from "./core/cohort.ts";
export type { Comparison, Decision, Interval, Operations, Rule } from "./core/comparison.ts";
export type {
  Case,
  CaseInput,
  Dataset,
  DatasetDescription,
  Expectation,
  Message,
  Passage,
} from "./core/dataset.ts";
export { EvalsError, type EvalsErrorCode, type Failure, TargetError } from "./core/errors.ts";
export type { EvaluationDefinition, EvaluationInput, ReleaseInput } from "./core/evaluation.ts";
export type {
  CallContext,
  Evaluator,
  EvaluatorInput,
  RateLimit,
  Release,
  Reporter,
  Store,
  StoreRecord,
  Target,
  TargetRequest,
  TargetResponse,
} from "./core/extensions.ts";
export { exitCodeOf, type Gate, type GateInput, type Verdict, type Waiver } from "./core/gate.ts";
export type { Instruction } from "./core/instruction.ts";
export type { Json, JsonObject } from "./core/json.ts";
export type { EvaluateContext, JudgeIdentity, JudgeQuestion, JudgeReply } from "./core/judge.ts";
export type { GivenLabel, Label, LabelRow } from "./core/labels.ts";
export type {
  Discordance,
  DiscordanceSource,
  PowerCriterion,
  PowerJudging,
  PowerPlan,
  PowerSizes,
} from "./core/power.ts";
export { priceTable } from "./core/price-table.ts";
export { costAt, costOf, type ModelPrices, type PriceTable } from "./core/prices.ts";
export type { KnownPromotions, Promotion, PromotionMark } from "./core/promotion.ts";
export { redactor, secretsOf } from "./core/redact.ts";
export type { Components, ReleaseManifest } from "./core/release.ts";
export {
  type CaseReport,
  type Comparability,
  type Report,
  reportSchema,
  type StoredCase,
} from "./core/report.ts";
export type { RunManifest } from "./core/run.ts";
export type { Output, Sample, ToolCall, Usage } from "./core/sample.ts";
export {
  type Evaluation,
  type Evidence,
  type JudgeProblem,
  type JudgeQuality,
  type Score,
  scored,
  unscored,
  type Vote,
} from "./core/score.ts";
export { didYouMean } from "./core/suggest.ts";
export type { Span } from "./core/trace.ts";
export {
  type TraceCoverage,
  type TraceEvaluation,
  type TraceFacts,
  type TraceProblem,
  type TraceSummary,
  traceFactsSchema,
} from "./core/trace-facts.ts";
export { type TraceMapping, type TraceMappingInput, traceMappingSchema } from "./core/trace-mapping.ts";
export type { ReportedWaiver } from "./core/waiver.ts";
export { defineEvaluation, defineEvaluator, defineGate, defineRelease } from "./define.ts";
export * from "./evaluators/index.ts";
export {
  type Calibrated,
  type CalibrateEnvironment,
  type CalibrateOptions,
  calibrate,
} from "./pipeline/calibrate.ts";
export { calibrationFile, calibrationsFolder } from "./pipeline/calibrations.ts";
export { type CanaryInput, lookAtCanary } from "./pipeline/canary.ts";
export { type CanarySource, type DeclaredPlan, requireCanaryName } from "./pipeline/canary-plan.ts";
export { type CompareTracesInput, compareTraces, type TraceInput } from "./pipeline/compare-traces.ts";
export {
  changesBetween,
  changesSinceLock,
  cohortCounts,
  type DatasetChange,
  isUnchanged,
  makeLock,
  thinCohorts,
  writeLock,
} from "./pipeline/dataset-lock.ts";
export {
  evaluate,
  lastSamples,
  type Progress,
  type RunEnvironment,
  type RunResult,
  readRun,
} from "./pipeline/evaluate.ts";
export {
  type LabelEntry,
  labelsTable,
  readEntries,
  readLabels,
  writeLabels,
} from "./pipeline/label-files.ts";
export { datasetFiles, loadDataset } from "./pipeline/load-dataset.ts";
export { loadGate } from "./pipeline/load-gate.ts";
export { type MergedLabels, mergeLabels } from "./pipeline/merge-labels.ts";
export { type PowerInput, type PowerOptions, powerPlan } from "./pipeline/power.ts";
export { type RepetitionsOptions, repetitionsNeeded } from "./pipeline/power-repetitions.ts";
export { type PreparedRun, type PrepareOptions, prepare } from "./pipeline/prepare.ts";
export { type PromotionRecording, promote, type RecordedPromotion } from "./pipeline/promote.ts";
export { newerPromotions, readPromotions, type StoredPromotions } from "./pipeline/promotions.ts";
export { refusedReport } from "./pipeline/refused-report.ts";
export { promptFile } from "./pipeline/release.ts";
export { readLock, requireLocked, summariseChange } from "./pipeline/require-locked.ts";
export { rollBack } from "./pipeline/roll-back.ts";
export { type LabelSampleOptions, sampleForLabels } from "./pipeline/sample-labels.ts";
export { storedCase } from "./pipeline/stored-case.ts";
export { storedReport } from "./pipeline/stored-report.ts";
export { closeTargets } from "./pipeline/targets.ts";
export { caseReporter } from "./reporters/case.ts";
export { renderSeriesPage } from "./reporters/html/series-page.tsx";
export * from "./reporters/index.ts";
export { powerReporter } from "./reporters/power.ts";
export { renderPromotions, renderRecorded } from "./reporters/promotions.ts";
export { renderSeries } from "./reporters/series.ts";
export { memoryStore } from "./stores/memory.ts";
export { sqliteStore } from "./stores/sqlite.ts";
export { type AddedTraces, type TraceSets, traceSets } from "./stores/trace-sets.ts";
export * from "./targets/index.ts";
export * from "./traces/index.ts";
