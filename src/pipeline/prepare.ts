import { dirname, isAbsolute, join } from "node:path";
import { cohortOf, dimensionsOf, inCohort, parseCohortExpression, tagsOf } from "../core/cohort.ts";
import type { Dataset } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import { type EvaluationDefinition, evaluationDefinitionSchema } from "../core/evaluation.ts";
import type { Evaluator, Release } from "../core/extensions.ts";
import { builtInMetrics, type Gate } from "../core/gate.ts";
import { count, plural } from "../core/quantities.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { Trial } from "../core/run.ts";
import type { Side } from "../core/sample.ts";
import { didYouMean } from "../core/suggest.ts";
import { calibrationsFolder, withCalibrations } from "./calibrations.ts";
import { compareManifests } from "./compare-manifests.ts";
import { thinCohorts } from "./dataset-lock.ts";
import { fingerprintOf, seedFrom } from "./fingerprint.ts";
import { loadDataset } from "./load-dataset.ts";
import { loadGate } from "./load-gate.ts";
import { type LoadedModule, lineOf, loadModule } from "./load-module.ts";
import { plan } from "./plan.ts";
import { manifestOf, resolveRelease } from "./release.ts";
import { requireLocked } from "./require-locked.ts";
import { type ResolvedGate, resolveGate } from "./resolve-gate.ts";
import { prepareTargets } from "./targets.ts";
import { unreachable } from "./unreachable.ts";

/** What the user may choose beside the evaluation file. */
export interface PrepareOptions {
  /** The evaluation file. */
  readonly file: string;
  /** Name of the live release, instead of the evaluation's own. */
  readonly baseline?: string | undefined;
  /** Name of the candidate, instead of the evaluation's own. */
  readonly candidate?: string | undefined;
  /** The gate's file, instead of the evaluation's own. */
  readonly gate?: string | undefined;
  /** Runs only the cases of this cohort. Such a run never passes. */
  readonly cohort?: string | undefined;
  /** Repetitions of each case, instead of the evaluation's own. */
  readonly repetitions?: number | undefined;
  /** Spend limit in US dollars, instead of the evaluation's own. */
  readonly maximumCostUsd?: number | undefined;
  /** Age in hours up to which answers of earlier runs are taken, instead of the evaluation's own; `false` calls every trial. */
  readonly cache?: number | false | undefined;
  /** Folder of the calibration files. Default `calibrations`. */
  readonly calibrations?: string;
  /** Whether keys and files of the targets must be there: true unless nothing will be called. */
  readonly checksTargets?: boolean;
  /** Is told in a sentence what takes long, such as a download. */
  readonly tell?: (message: string) => void;
}

/** A run that is ready to start: all that can be known to be wrong before the first call has been checked. */
export interface PreparedRun {
  readonly evaluation: LoadedModule<EvaluationDefinition>;
  readonly dataset: Dataset;
  readonly filter: string | null;
  readonly gate: Gate;
  readonly gateHash: string;
  readonly resolved: ResolvedGate;
  readonly releases: Readonly<Record<Side, Release>>;
  readonly manifests: Readonly<Record<Side, ReleaseManifest>>;
  readonly evaluators: readonly Evaluator[];
  readonly repetitions: number;
  readonly maximumCostUsd: number | undefined;
  /** Age in hours up to which answers of earlier runs stand for a call; left out when every trial is called. */
  readonly cacheMaximumAgeHours?: number | undefined;
  readonly seed: number;
  readonly trials: readonly Trial[];
  /** What cannot be settled by this dataset, whatever the releases do. */
  readonly warnings: readonly string[];
}

/** The gate, dataset and releases of an evaluation, checked against each other. Nothing is called and nothing is spent. */
export async function prepare(options: PrepareOptions): Promise<PreparedRun> {
  const evaluation = await loadModule(options.file, evaluationDefinitionSchema, {
    missing: "CONFIG_NOT_FOUND",
    invalid: "EVAL_INVALID",
    what: "evaluation",
  });
  const definition = evaluation.value;
  const whole = await requireLocked(await loadDataset(shownPath(options.file, definition.dataset)));
  refuseThin(whole);
  const gatePath = options.gate ?? shownPath(options.file, definition.gate);
  const gate = await loadGate(gatePath);
  const evaluators = await withCalibrations(
    options.calibrations ?? calibrationsFolder,
    definition.evaluators,
  );
  refuseReserved(evaluation);
  refuseTwins(
    evaluators.map(({ name }) => name),
    "evaluators",
    evaluation,
  );
  refuseTwins(
    definition.releases.map(({ name }) => name),
    "releases",
    evaluation,
  );
  const resolved = resolveGate(
    gate,
    whole,
    evaluators.map(({ name }) => name),
  );
  const releases = {
    baseline: resolveRelease(releaseNamed(options.baseline ?? definition.baseline, evaluation)),
    candidate: resolveRelease(releaseNamed(options.candidate ?? definition.candidate, evaluation)),
  };
  const manifests = { baseline: manifestOf(releases.baseline), candidate: manifestOf(releases.candidate) };
  refuseUndeclared(manifests);
  const filter = options.cohort === undefined || options.cohort.trim() === "all" ? null : options.cohort;
  const dataset = filter === null ? whole : cutTo(whole, filter);
  for (const evaluator of evaluators) await evaluator.prepare?.(dataset.cases);
  if (options.checksTargets !== false) await prepareTargets(releases, dataset, evaluators, options.tell);
  const repetitions = options.repetitions ?? definition.repetitions;
  const cacheMaximumAgeHours =
    options.cache === false ? undefined : (options.cache ?? definition.cache?.maximumAgeHours);
  const seed = definition.seed ?? seedFrom(whole.fingerprint);
  return {
    evaluation,
    dataset,
    filter,
    gate: gate.value,
    gateHash: fingerprintOf(gate.value),
    resolved,
    releases,
    manifests,
    evaluators,
    repetitions,
    maximumCostUsd: options.maximumCostUsd ?? definition.maximumCostUsd,
    cacheMaximumAgeHours,
    seed,
    trials: plan({ dataset, ...manifests, repetitions, seed }),
    warnings: [
      ...unreachable(resolved, dataset.cases, repetitions, gate.value.alpha),
      ...(cacheMaximumAgeHours === undefined ? [] : uncached(releases)),
    ],
  };
}

/** Releases of which no earlier answer is taken although a cache is asked for. */
function uncached({ baseline, candidate }: Readonly<Record<Side, Release>>): string[] {
  return (
    [...new Set([baseline, candidate])]
      // A recording is as good as an earlier answer.
      .filter(({ cacheable, target }) => cacheable !== true && target.rateKey !== null)
      .map(
        ({ name, target }) =>
          `every trial of release "${name}" is called: its target "${target.name}" does not say that its components tell all that can change its answers; \`cacheable: true\` in the release says so`,
      )
  );
}

/** A path of the evaluation file, which is relative to it, as seen from the working directory. */
function shownPath(evaluationFile: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(evaluationFile), path);
}

function refuseThin(dataset: Dataset): void {
  const thin = thinCohorts(dataset)[0];
  if (thin === undefined) return;
  const message = `${dataset.folder}: the required cohort ${thin.cohort} has ${plural(thin.cases, "case")}, fewer than ${count(thin.minimumCases)}`;
  throw new EvalsError(
    "COHORT_THIN",
    message,
    "add cases to it, or lower `requiredCohorts` in dataset.yaml with a new version",
  );
}

/** A metric of that name is built in; an evaluator would hide behind it. */
function refuseReserved({ value, shown, source }: LoadedModule<EvaluationDefinition>): void {
  const taken = value.evaluators.find(({ name }) => builtInMetrics.includes(name));
  if (taken === undefined) return;
  const place = `${shown}:${lineOf(source, taken.name) ?? 1}`;
  throw new EvalsError(
    "EVAL_INVALID",
    `${place}: no evaluator may be named "${taken.name}"`,
    "every run has that metric; choose another name",
  );
}

function refuseTwins(names: readonly string[], what: string, { shown, source }: LoadedModule<unknown>): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin === undefined) return;
  const line = lineOf(source, twin) ?? lineOf(source, what) ?? 1;
  throw new EvalsError(
    "EVAL_INVALID",
    `${shown}:${line}: two ${what} are named "${twin}"`,
    "give each a name of its own",
  );
}

function releaseNamed(name: string, { value, shown, source }: LoadedModule<EvaluationDefinition>) {
  const found = value.releases.find((release) => release.name === name);
  if (found !== undefined) return found;
  const line = lineOf(source, name);
  const place = line === null ? shown : `${shown}:${line}`;
  const hint = didYouMean(
    name,
    value.releases.map((release) => release.name),
  );
  throw new EvalsError("EVAL_INVALID", `${place}: there is no release "${name}"`, hint);
}

/** Every difference between the bundles must be meant, and there must be one: two names for one bundle are a mistake that would always pass. */
function refuseUndeclared(manifests: Readonly<Record<Side, ReleaseManifest>>): void {
  const { baseline, candidate } = manifests;
  if (baseline.fingerprint === candidate.fingerprint && baseline.name !== candidate.name) {
    const message = `release "${candidate.name}" is the same bundle as "${baseline.name}": no component differs`;
    const hint = `name what changed in its \`components\`; to measure noise, compare a release with itself: --candidate ${baseline.name}`;
    throw new EvalsError("NOT_COMPARABLE", message, hint, { details: manifests });
  }
  const undeclared = compareManifests(baseline, candidate).filter(({ declared }) => !declared);
  if (undeclared.length === 0) return;
  const said = undeclared.map(
    ({ path, ...values }) =>
      `${path} (${JSON.stringify(values.baseline)} → ${JSON.stringify(values.candidate)})`,
  );
  const message = `release "${candidate.name}" differs from "${baseline.name}" in what it does not declare: ${said.join(", ")}`;
  const hint = `undo the difference, or add ${undeclared.map(({ path }) => `"${path}"`).join(", ")} to the candidate's \`changes\``;
  throw new EvalsError("NOT_COMPARABLE", message, hint, { details: manifests });
}

function cutTo(dataset: Dataset, expression: string): Dataset {
  const terms = parseCohortExpression(expression);
  const tags = terms === null ? null : tagsOf(terms);
  const known = Object.entries(dataset.description.cohorts).flatMap(([dimension, values]) =>
    values.map((value) => `${dimension}=${value}`),
  );
  const wrong = terms?.find(({ dimension, value }) => !known.includes(`${dimension}=${value}`));
  if (tags === null || wrong !== undefined) {
    const text = wrong === undefined ? expression : `${wrong.dimension}=${wrong.value}`;
    throw new EvalsError("USAGE", `--cohort: unknown cohort "${text}"`, didYouMean(text, known));
  }
  const cohort = cohortOf(tags, dimensionsOf(dataset.description));
  const cases = dataset.cases.filter((item) => inCohort(cohort, item.cohorts));
  if (cases.length > 0) return { ...dataset, cases };
  throw new EvalsError(
    "USAGE",
    `--cohort: no case is in "${expression}"`,
    "choose a cohort that has cases; `evals dataset check` counts them",
  );
}
