import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { RunManifest } from "../core/run.ts";
import {
  didYouMean,
  newerPromotions,
  promote,
  type RecordedPromotion,
  readPromotions,
  redactor,
  renderPromotions,
  renderRecorded,
  rollBack,
  secretsOf,
} from "../index.ts";
import { person, requiredText } from "./person.ts";
import type { Process } from "./process.ts";
import { findRun, openProject } from "./store.ts";

/** Options that promotions and rollbacks share. */
interface RecordingOptions {
  readonly evaluation?: string;
  readonly by?: string;
  readonly note?: string;
  readonly json?: boolean;
  readonly store?: string;
}

/** `evals promote`: records that the candidate of a run became the live release. Ends with 0, also when that is recorded already. */
export async function promoteCommand(
  options: RecordingOptions & { readonly run?: string; readonly despite?: string },
  process: Process,
): Promise<number> {
  const { despite, note } = options;
  const { store } = await openProject(options);
  try {
    const manifest = await runToPromote(store, options, process);
    const recorded = await promote(store, manifest, {
      ...(await recordingOf(options, process)),
      ...(note !== undefined && { note: requiredText("--note", note) }),
      ...(despite !== undefined && { despite: requiredText("--despite", despite) }),
    });
    writeRecorded(recorded, options, process);
    return 0;
  } finally {
    await store.close();
  }
}

/** `evals rollback`: records that a release that was live before is live again. */
export async function rollbackCommand(
  options: RecordingOptions & { readonly to?: string; readonly note: string },
  process: Process,
): Promise<number> {
  const { store } = await openProject(options);
  try {
    const { promotions } = await readPromotions(store);
    const evaluation = evaluationOf(
      promotions.map((each) => each.evaluation),
      options.evaluation,
      "no promotion was recorded, so that there is nothing to go back to",
    );
    const recorded = await rollBack(store, evaluation, {
      ...(await recordingOf(options, process)),
      note: requiredText("--note", options.note),
      ...(options.to !== undefined && { to: requiredText("--to", options.to) }),
    });
    writeRecorded(recorded, options, process);
    return 0;
  } finally {
    await store.close();
  }
}

/** `evals promotions`: what was promoted and rolled back, when and by whom, the newest first. */
export async function promotionsCommand(
  options: { readonly evaluation?: string; readonly json?: boolean; readonly store?: string },
  { stdout, stderr }: Process,
): Promise<number> {
  const { store } = await openProject(options);
  try {
    const { promotions: all, unreadable } = await readPromotions(store);
    const { evaluation } = options;
    if (evaluation !== undefined && all.length > 0)
      evaluationOf(
        all.map((each) => each.evaluation),
        evaluation,
        "",
      );
    const promotions = all.filter((each) => evaluation === undefined || each.evaluation === evaluation);
    if (unreadable > 0) stderr.write(`warning: ${newerPromotions(unreadable)}\n`);
    if (all.length === 0)
      stderr.write("no promotion was recorded; `evals promote` records what becomes live\n");
    stdout.write(options.json ? `${JSON.stringify(promotions, null, 2)}\n` : renderPromotions(promotions));
    return 0;
  } finally {
    await store.close();
  }
}

/** The run that is named, else the newest run of the evaluation that has a verdict. */
async function runToPromote(
  store: Store,
  { run, evaluation }: RecordingOptions & { readonly run?: string },
  { stderr }: Process,
): Promise<RunManifest> {
  if (run !== undefined && evaluation !== undefined)
    throw new EvalsError(
      "USAGE",
      "both a run and --evaluation are given",
      "leave out --evaluation: a run has one",
    );
  if (run !== undefined) return await findRun(store, run);
  const all = await store.runs();
  const name = evaluationOf(
    all.map((each) => each.evaluation.name),
    evaluation,
    "the store holds no run",
  );
  const runs = all.filter((each) => each.evaluation.name === name);
  for (const manifest of runs) {
    if ((await store.read(manifest.runId, "report")).length === 0) continue;
    stderr.write(`run ${manifest.runId}, the latest of ${name} that has a verdict\n`);
    return manifest;
  }
  throw new EvalsError("RUN_NOT_FOUND", `no run of ${name} has finished`, "finish one with `evals run`");
}

/** The evaluation that is named, else the only one. */
function evaluationOf(found: readonly string[], named: string | undefined, none: string): string {
  const names = [...new Set(found)];
  const [only] = names;
  if (only === undefined) throw new EvalsError("RUN_NOT_FOUND", none, "`evals run`, then `evals promote`");
  if (named !== undefined) {
    if (names.includes(named)) return named;
    throw new EvalsError("USAGE", `--evaluation: there is none named "${named}"`, didYouMean(named, names));
  }
  if (names.length === 1) return only;
  const message = `the store holds ${names.length} evaluations: ${names.join(", ")}`;
  throw new EvalsError("USAGE", message, `say which: --evaluation ${only}`);
}

async function recordingOf({ by }: RecordingOptions, { env }: Process) {
  return {
    ...(await person(by, env)),
    now: () => new Date().toISOString(),
    redact: redactor(secretsOf(env)),
  };
}

function writeRecorded(
  { promotion, isNew }: RecordedPromotion,
  { json }: RecordingOptions,
  { stdout, stderr }: Process,
) {
  const text = renderRecorded(promotion, isNew);
  if (!json) {
    stdout.write(text);
    return;
  }
  if (!isNew) stderr.write(text);
  stdout.write(`${JSON.stringify(promotion, null, 2)}\n`);
}
