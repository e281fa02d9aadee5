import pLimit from "p-limit";
import type { Calibration, Measures } from "../core/calibration.ts";
import { EvalsError } from "../core/errors.ts";
import { evaluationDefinitionSchema } from "../core/evaluation.ts";
import type { Evaluator } from "../core/extensions.ts";
import { agreedLabel, type LabelRow } from "../core/labels.ts";
import { count } from "../core/quantities.ts";
import type { Redact } from "../core/redact.ts";
import { type Sample, servedUnknown, usageUnknown } from "../core/sample.ts";
import type { Evaluation, Judging } from "../core/score.ts";
import { didYouMean } from "../core/suggest.ts";
import { budget } from "./budget.ts";
import { sha256 } from "./fingerprint.ts";
import { type JudgeCallsInput, judgeCalls } from "./judge-calls.ts";
import { readLabels } from "./label-files.ts";
import { loadModule } from "./load-module.ts";
import { bestThreshold, type LabelledScore, measure, qualityOf } from "./measure-evaluator.ts";
import { pace } from "./pace.ts";
import { score } from "./score.ts";
import { summariseJudging } from "./summarise-judging.ts";

/** What is measured, on what. */
export interface CalibrateOptions {
  /** Name of the evaluator. */
  readonly evaluator: string;
  /** The evaluation file that defines it. */
  readonly file: string;
  /** The file of labels. */
  readonly labels: string;
  /** Spend limit in US dollars, instead of the evaluation's own. */
  readonly maximumCostUsd?: number | undefined;
}

/** What calibrating needs from the world around it. */
export interface CalibrateEnvironment extends Pick<JudgeCallsInput, "store" | "abort" | "now"> {
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly redact: Redact;
}

/** A calibration, with what it used. */
export interface Calibrated {
  readonly calibration: Calibration;
  /** What judging used; `null` for an evaluator that asks none. */
  readonly judging: Judging | null;
  /** Why the evaluator failed, by how often; empty where it never did. */
  readonly errors: Readonly<Record<string, number>>;
}

/**
 * Measures an evaluator on labelled answers: it judges each of them as in a run, votes that were cast before included.
 *
 * @throws EvalsError for an evaluator, evaluation or labels that cannot be used, and LABELS_INVALID when there is no good or no bad answer
 * that the evaluator scored.
 */
export async function calibrate(
  options: CalibrateOptions,
  environment: CalibrateEnvironment,
): Promise<Calibrated> {
  const { value: definition } = await loadModule(options.file, evaluationDefinitionSchema, {
    missing: "CONFIG_NOT_FOUND",
    invalid: "EVAL_INVALID",
    what: "evaluation",
  });
  const evaluator = evaluatorNamed(options, definition.evaluators);
  const { rows, text } = await readLabels(options.labels);
  const labelled = rows.filter((row) => isLabelled(row));
  await evaluator.prepare?.(labelled.map((row) => row.case));
  try {
    for (const target of evaluator.targets ?? []) await target.check?.();
    const { timeoutMs, retries, concurrency, limits } = definition;
    const { clock, wait } = environment;
    const openJudging = judgeCalls({
      ...environment,
      call: { timeoutMs, retries, clock, wait, pace: pace({ concurrency, limits, clock, wait }) },
      concurrency,
      spending: budget(options.maximumCostUsd ?? definition.maximumCostUsd, 0),
    });
    const scores = await pLimit(concurrency).map(labelled, async (row) => {
      const [found] = await score(row.case, sampleOf(row), [evaluator], environment.redact, {
        openJudging,
        abort: environment.abort,
      });
      return { row, score: found! };
    });
    const outcome = outcomeOf(scores.map(({ row, score: { evaluation } }) => ({ row, evaluation })));
    const labels = {
      file: options.labels,
      sha256: sha256(text),
      rows: rows.length,
      withoutLabel: rows.length - labelled.length,
    };
    const judging = summariseJudging(scores.map((each) => each.score))?.[evaluator.name] ?? null;
    const calibration = calibrationOf(evaluator, outcome, labels, environment.now().slice(0, 10));
    return { calibration, judging, errors: outcome.errors };
  } finally {
    for (const target of evaluator.targets ?? []) await target.close?.();
  }
}

function evaluatorNamed({ evaluator, file }: CalibrateOptions, all: readonly Evaluator[]): Evaluator {
  const found = all.find(({ name }) => name === evaluator);
  if (found !== undefined) return found;
  const hint = didYouMean(
    evaluator,
    all.map(({ name }) => name),
  );
  throw new EvalsError("USAGE", `${file}: there is no evaluator "${evaluator}"`, hint);
}

function isLabelled(row: LabelRow): boolean {
  const label = agreedLabel(row);
  return label === "good" || label === "bad";
}

/** A labelled answer as evaluators see answers. Nothing of it tells which release it is of. */
function sampleOf({ id, case: item, output }: LabelRow): Sample {
  return {
    trialKey: id,
    caseId: item.id,
    side: "candidate",
    repetition: 1,
    seed: 1,
    startedAt: "1970-01-01T00:00:00.000Z",
    latencyMs: 0,
    output,
    failure: null,
    attempts: [],
    usage: usageUnknown,
    timeToFirstTokenMs: null,
    served: servedUnknown,
    spans: [],
  };
}

interface Outcome {
  readonly scores: readonly LabelledScore[];
  readonly unscored: number;
  readonly errors: Readonly<Record<string, number>>;
}

function outcomeOf(judged: readonly { readonly row: LabelRow; readonly evaluation: Evaluation }[]): Outcome {
  const scores: LabelledScore[] = [];
  const errors = new Map<string, number>();
  let unscored = 0;
  for (const { row, evaluation } of judged) {
    if (evaluation.status === "error") {
      const why = `${evaluation.kind ?? "evaluator"}: ${evaluation.reason}`;
      errors.set(why, (errors.get(why) ?? 0) + 1);
    } else if (evaluation.status === "unscored") unscored++;
    else {
      const { cluster, id, cohorts } = row.case;
      scores.push({
        isGood: agreedLabel(row) === "good",
        evaluation,
        source: row.source ?? cluster ?? id,
        cohorts,
      });
    }
  }
  return { scores, unscored, errors: Object.fromEntries(errors) };
}

function calibrationOf(
  { name, version, judgedBy }: Evaluator,
  { scores, unscored, errors }: Outcome,
  labels: Pick<Calibration["labels"], "file" | "sha256" | "rows" | "withoutLabel">,
  date: string,
): Calibration {
  const quality = qualityOf(scores);
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  if (quality === null) throw tooFew(labels.file, scores, failed, Object.keys(errors)[0]);
  return {
    schemaVersion: 1,
    evaluator: name,
    version,
    judgedBy: judgedBy ?? null,
    date,
    labels: { ...labels, unscored, errors: failed },
    quality,
    measures: measure(scores),
    cohorts: byCohort(scores),
    threshold: bestThreshold(scores),
  };
}

function byCohort(scores: readonly LabelledScore[]): Record<string, Measures> {
  const names = new Set(scores.flatMap(({ cohorts }) => Object.entries(cohorts).map((tag) => tag.join("="))));
  return Object.fromEntries(
    [...names].sort().map((name) => {
      const members = scores.filter(({ cohorts }) =>
        Object.entries(cohorts).some((tag) => tag.join("=") === name),
      );
      return [name, measure(members)];
    }),
  );
}

function tooFew(
  file: string,
  scores: readonly LabelledScore[],
  failed: number,
  why: string | undefined,
): EvalsError {
  if (scores.length === 0 && failed > 0) {
    return new EvalsError(
      "CALIBRATION_INVALID",
      `the evaluator failed on all ${count(failed)} labelled answers (${why})`,
      "mend that first: nothing was measured",
    );
  }
  const lacking = scores.some(({ isGood }) => isGood) ? "bad" : "good";
  return new EvalsError(
    "LABELS_INVALID",
    `${file}: no answer with the label ${lacking} was scored`,
    `label more answers: without a ${lacking} one nobody can say how often the evaluator is right about them`,
  );
}
