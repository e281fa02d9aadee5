import type { Case, Dataset, DatasetDescription } from "../../../src/core/dataset.ts";
import { datasetDescriptionSchema } from "../../../src/core/dataset.ts";
import type { Failure } from "../../../src/core/errors.ts";
import type { TargetRequest } from "../../../src/core/extensions.ts";
import { gateSchema } from "../../../src/core/gate.ts";
import type { Components, ReleaseManifest } from "../../../src/core/release.ts";
import type { RunManifest } from "../../../src/core/run.ts";
import type { Sample, Side } from "../../../src/core/sample.ts";
import type { Evaluation, Score } from "../../../src/core/score.ts";
import { fingerprintOf } from "../../../src/pipeline/fingerprint.ts";
import { manifestOf } from "../../../src/pipeline/release.ts";
import type { ReportInput } from "../../../src/pipeline/report-input.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { sampleOf, scriptedTarget } from "../../../src/testing.ts";

/** A case with what a test sets. */
export function caseOf(id: string, more: Partial<Case> = {}): Case {
  return { id, input: { messages: [{ role: "user", content: `question ${id}` }] }, cohorts: {}, ...more };
}

/** So many cases with ids that sort in their order. */
export function casesOf(n: number, more: (index: number) => Partial<Case> = () => ({})): Case[] {
  return Array.from({ length: n }, (_, index) => caseOf(`c${String(index).padStart(4, "0")}`, more(index)));
}

export function descriptionOf(more: Partial<DatasetDescription> = {}): DatasetDescription {
  return datasetDescriptionSchema.parse({
    name: "tiny",
    description: "cases of a test",
    owner: "tests",
    licence: "MIT",
    cohorts: { tier: ["free", "pro"], language: ["en", "de"] },
    ...more,
  });
}

/** A dataset in memory, with the fingerprints that `loadDataset` documents. */
export function datasetOf(cases: readonly Case[], description = descriptionOf()): Dataset {
  const caseFingerprints = new Map(cases.map((item) => [item.id, fingerprintOf(item)]));
  return {
    folder: "datasets/tiny",
    description,
    cases,
    caseFingerprints,
    caseLines: new Map(cases.map(({ id }, index) => [id, index + 1])),
    fingerprint: fingerprintOf({
      description: fingerprintOf(description),
      cases: Object.fromEntries(caseFingerprints),
    }),
    version: 1,
  };
}

export const bundle: Components = {
  model: "m-1",
  prompt: "p-1",
  retriever: null,
  tools: null,
  guardrail: null,
  decoding: { temperature: 0 },
  route: null,
};

export function releaseOf(name: string, changed: Record<string, unknown> = {}, changes: string[] = []) {
  const components = { ...bundle, ...changed } as Components;
  return { name, target: scriptedTarget({ name: `${name}-target` }), components, changes };
}

/** A live release and a candidate with another prompt. */
export const manifests: Record<Side, ReleaseManifest> = {
  baseline: manifestOf(releaseOf("live")),
  candidate: manifestOf(releaseOf("next", { prompt: "p-2" }, ["prompt"])),
};

export const request: TargetRequest = {
  caseId: "c",
  input: { variables: {} },
  messages: [],
  context: [],
  repetition: 1,
};

/** How one side of a pair came out, in a letter: passed, not passed, nothing to judge, evaluator error, no answer. */
export type Letter = "p" | "f" | "n" | "e" | "-";

export const evaluations: Record<Exclude<Letter, "-">, Evaluation> = {
  p: { status: "scored", value: 1, pass: true, reason: "right", evidence: [] },
  f: { status: "scored", value: 0, pass: false, reason: "wrong", evidence: [] },
  n: { status: "unscored", reason: "nothing expected" },
  e: { status: "error", reason: "broken" },
};

const noAnswer: Failure = { kind: "provider", message: "no answer", retryable: true };

export function scoreOf(
  caseId: string,
  side: Side,
  letter: Exclude<Letter, "-">,
  { repetition = 1, evaluator = "task" } = {},
): Score {
  const evaluation = evaluations[letter];
  return { trialKey: "k", caseId, side, repetition, evaluator, version: "1", evaluation };
}

export function sampleFor(caseId: string, side: Side, letter: Letter, repetition = 1): Sample {
  const sample: Sample = { ...sampleOf(caseId, { text: `${side} ${letter}` }), side, repetition };
  return letter === "-" ? { ...sample, output: null, failure: noAnswer } : sample;
}

/** What happened in a case: for each repetition a letter for the baseline and one for the candidate, as `pp pf`. */
export type Pairs = string;

/** Samples and scores of one evaluator from letters by case id. */
export function recordsOf(
  outcomes: ReadonlyMap<string, Pairs> | Readonly<Record<string, Pairs>>,
  evaluator = "task",
): { samples: Sample[]; scores: Score[] } {
  const samples: Sample[] = [];
  const scores: Score[] = [];
  const entries = outcomes instanceof Map ? [...outcomes] : Object.entries(outcomes);
  for (const [caseId, pairs] of entries as [string, Pairs][]) {
    for (const [index, pair] of pairs.split(" ").entries()) {
      for (const [at, side] of (["baseline", "candidate"] as const).entries()) {
        const letter = pair[at] as Letter;
        samples.push(sampleFor(caseId, side, letter, index + 1));
        if (letter !== "-") scores.push(scoreOf(caseId, side, letter, { repetition: index + 1, evaluator }));
      }
    }
  }
  return { samples, scores };
}

/** So many of each kind of pair: `{ pp: 50, pf: 2 }` gives the letters of 52 cases. */
export function pairsOf(counts: Readonly<Record<Pairs, number>>): Pairs[] {
  return Object.entries(counts).flatMap(([pairs, n]) => Array.from({ length: n }, () => pairs));
}

/** The gate of a test, loaded as if from a file. */
export function gateOf(criteria: readonly object[], more: object = {}) {
  const value = gateSchema.parse({ name: "g", criteria, ...more });
  return { value, file: "/g.gate.ts", shown: "g.gate.ts", source: JSON.stringify({ criteria }, null, 1) };
}

/** Input of a report: cases with their letters, judged by a gate. */
export function reportInput(
  cases: readonly Case[],
  letters: readonly Pairs[],
  criteria: readonly object[] = [{ metric: "task", margin: 0.1 }],
  more: { filter?: string | null; alpha?: number; description?: DatasetDescription; waivers?: object[] } = {},
): ReportInput {
  const dataset = datasetOf(cases, more.description);
  const { alpha, waivers } = more;
  const gate = gateOf(criteria, { ...(alpha !== undefined && { alpha }), ...(waivers && { waivers }) });
  const repetitions = letters[0]?.split(" ").length ?? 1;
  const records = recordsOf(new Map(cases.map(({ id }, index) => [id, letters[index]!])));
  return {
    manifest: manifestFor(dataset, repetitions, more.filter ?? null),
    dataset,
    gate: gate.value,
    resolved: resolveGate(gate, dataset, ["task"]),
    ...records,
    decidedAt: "2026-01-01T00:00:00.000Z",
  };
}

export function manifestFor(dataset: Dataset, repetitions = 1, filter: string | null = null): RunManifest {
  return {
    schemaVersion: 1,
    runId: "run-1",
    createdAt: "2026-01-01T00:00:00.000Z",
    evaluation: { name: "tiny", file: "tiny.eval.ts" },
    software: { gatewright: "0", node: "0" },
    git: null,
    dataset: { name: "tiny", version: 1, fingerprint: dataset.fingerprint, cases: dataset.cases.length },
    filter,
    ...manifests,
    evaluators: [{ name: "task", version: "1" }],
    gate: { name: "g", hash: "h", definition: {} },
    repetitions,
    seed: 1,
    plannedTrials: dataset.cases.length * repetitions * 2,
  };
}
