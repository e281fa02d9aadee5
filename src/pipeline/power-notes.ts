import type { Dataset } from "../core/dataset.ts";
import type { DiscordanceSource, PowerPlan } from "../core/power.ts";
import { count, fixed, percent, plural, points } from "../core/quantities.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { RunManifest } from "../core/run.ts";
import type { MetricHistory } from "./power-history.ts";
import type { ResolvedGate } from "./resolve-gate.ts";

/** What the notes speak of beside the plan. */
export interface NotesInput {
  readonly evaluation: { readonly shown: string };
  readonly dataset: Dataset;
  readonly manifests: { readonly baseline: ReleaseManifest };
  readonly resolved: ResolvedGate;
  /** The run that the user named. */
  readonly run?: RunManifest | undefined;
}

/** What a reader of a plan should know: what can never pass, and on what the numbers rest. */
export function powerNotes(
  plan: Omit<PowerPlan, "notes">,
  input: NotesInput,
  histories: ReadonlyMap<string, MetricHistory>,
): string[] {
  const bounds = input.resolved.checks.filter(({ criterion }) => criterion.margin === undefined).length;
  const planned =
    plan.criteria.length === 0
      ? "the gate has no margin, so there is no drop to plan for"
      : `${plural(bounds, "bound")} of the gate (\`atLeast\`, \`atMost\`, \`maximumRatio\`) ${bounds === 1 ? "is" : "are"} not planned here`;
  return [
    ...unreachable(plan),
    ...sources(plan, input),
    ...runsBehind(plan, input, histories),
    ...mute(plan),
    ...correction(plan),
    ...judging(plan),
    ...(plan.criteria.length === 0 ? [] : [approximation]),
    ...(bounds === 0 && plan.criteria.length > 0 ? [] : [planned]),
  ];
}

/** The exact probability that Tango's test passes at its planned 52 cases (margin .05, ψ = .02) is .62, at 248 (ψ = .10) .77. */
const approximation =
  "the sizes are normal approximations: the gate's own tests may need some more cases, most where few cases differ";

function unreachable({ criteria }: Pick<PowerPlan, "criteria">): string[] {
  return criteria
    .filter(({ canPass }) => !canPass)
    .map(
      ({ metric, cohort, margin, minimumCases, cases, clusters }) =>
        `${metric} in ${cohort} can never pass as it is: a margin of ${points(margin)} needs at least ${plural(minimumCases, "case")}, the cohort has ${count(cases)}${clusters < cases ? `, ${count(clusters)} of them independent` : ""}`,
    );
}

function sources({ criteria }: Pick<PowerPlan, "criteria">, input: NotesInput): string[] {
  const from = (...kinds: DiscordanceSource[]) =>
    criteria.filter(({ discordance }) => kinds.includes(discordance.source));
  const metricsOf = (found: typeof criteria) =>
    [...new Set(found.map(({ metric }) => metric))].sort().join(", ");
  const notes: string[] = [];
  const measure = `\`evals run ${input.evaluation.shown} --candidate ${input.manifests.baseline.name}\` measures noise alone`;
  const assumed = from("assumed");
  const compared = from("comparison");
  if (assumed.length > 0) {
    notes.push(
      `${input.run === undefined ? "no stored run judged" : `run ${input.run.runId} did not judge`} ${metricsOf(assumed)}: it is assumed that ${percent(assumed[0]!.discordance.share)} of the cases differ; ${measure}`,
    );
  }
  if (compared.length > 0) {
    notes.push(
      `the share of differing cases of ${metricsOf(compared)} comes from a comparison of two releases, so it includes real change; ${measure}`,
    );
  }
  if (assumed.length + compared.length > 0)
    notes.push(
      `what repetitions would do for ${metricsOf([...assumed, ...compared])} cannot be judged without repeated runs`,
    );
  if (from("same-release", "repetitions").length > 0) {
    notes.push(
      "where noise alone was measured, a drop is counted on top of it, as if it came from cases that break wholly",
    );
  }
  const floors = criteria.filter(({ discordance }) => discordance.isFloor);
  if (floors.length > 0) {
    notes.push(
      `in ${plural(floors.length, "criterion", "criteria")} not even one case differed, so one is taken; recorded or cached answers repeat themselves and hide noise`,
    );
  }
  return notes;
}

/** Says where a run that the numbers rest on is not of what would run now. */
function runsBehind(
  { criteria }: Pick<PowerPlan, "criteria">,
  { dataset, manifests }: NotesInput,
  histories: ReadonlyMap<string, MetricHistory>,
): string[] {
  const used = new Set(criteria.map(({ discordance }) => discordance.runId));
  const runs = new Map([...histories.values()].map(({ run }) => [run.runId, run]));
  return [...runs.values()].flatMap((run) => {
    if (!used.has(run.runId)) return [];
    const other = [
      ...(run.dataset.fingerprint === dataset.fingerprint ? [] : ["another version of the dataset"]),
      ...(run.baseline.fingerprint === manifests.baseline.fingerprint ? [] : ["another baseline"]),
    ];
    return other.length === 0 ? [] : [`run ${run.runId} was made with ${other.join(" and ")}`];
  });
}

/** One note for each metric, on its largest cohort. */
function mute({ criteria }: Pick<PowerPlan, "criteria">): string[] {
  const largest = new Map<string, PowerPlan["criteria"][number]>();
  for (const each of criteria) {
    if (each.cohortCases > (largest.get(each.metric)?.cohortCases ?? 0)) largest.set(each.metric, each);
  }
  return [...largest.values()]
    .filter(({ cases, cohortCases }) => cases < cohortCases)
    .map(
      ({ metric, cohort, cases, cohortCases }) =>
        `${metric} finds something to judge in ${count(cases)} of the ${plural(cohortCases, "case")} of ${cohort}, as far as stored runs tell; only such cases count`,
    );
}

/** What the cost leaves out of judging, and what of it may be reused. */
function judging({ judging }: Pick<PowerPlan, "judging">): string[] {
  const namesOf = (found: PowerPlan["judging"]) => found.map(({ evaluator }) => evaluator).join(", ");
  const unpriced = judging.filter(({ costUsd }) => costUsd === null);
  return [
    ...(unpriced.length === 0
      ? []
      : [
          `judging by ${namesOf(unpriced)} is not in the cost: no stored run of this version says what ${unpriced.length === 1 ? "its judge costs" : "their judges cost"}`,
        ]),
    ...judging.flatMap(({ evaluator, measured }) =>
      measured === null || measured.reused === 0
        ? []
        : [
            `in run ${measured.runId} ${count(measured.reused)} of ${plural(measured.calls + measured.reused, "vote")} of ${evaluator} were reused; here none is, so that judging may cost less`,
          ],
    ),
    ...(judging.length === 0
      ? []
      : ["answers that a judge looks at again before it blocks a release come on top"]),
  ];
}

function correction({
  harmCorrection: { criteria, atMostTimes },
}: Pick<PowerPlan, "harmCorrection">): string[] {
  if (criteria < 2) return [];
  return [
    `harm is corrected over the ${count(criteria)} blocking margins: where only one is broken, proving it takes up to ${fixed(atMostTimes, 1)} times the cases`,
  ];
}
