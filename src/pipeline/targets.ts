import type { Case, Dataset } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import type { Evaluator, Release, Target, TargetRequest } from "../core/extensions.ts";
import type { Side } from "../core/sample.ts";
import { watched } from "./watch.ts";

type Releases = Readonly<Record<Side, Release>>;

/** What a target is asked for a case: its input and its given context, never what it expects. The first repetition is 1. */
export function requestOf(item: Case, repetition: number): TargetRequest {
  const { id: caseId, input, context = [] } = item;
  return { caseId, input, messages: input.messages ?? [], context, repetition };
}

function targetsOf({ baseline, candidate }: Releases): Set<Target> {
  return new Set([baseline.target, candidate.target]);
}

/** The targets of the releases, and those that evaluators call. */
function everyTarget(releases: Releases, evaluators: readonly Evaluator[]): Set<Target> {
  return new Set([...targetsOf(releases), ...evaluators.flatMap(({ targets = [] }) => targets)]);
}

/**
 * Lets the targets find what would make calls fail. Closes them when one refuses.
 *
 * @throws EvalsError of the target.
 */
export async function prepareTargets(
  releases: Releases,
  dataset: Dataset,
  evaluators: readonly Evaluator[] = [],
  tell: (message: string) => void = () => {},
): Promise<void> {
  const requests = dataset.cases.map((item) => requestOf(item, 1));
  try {
    for (const target of everyTarget(releases, evaluators)) await target.check?.(tell);
    for (const target of targetsOf(releases)) await target.prepare?.(requests);
  } catch (error) {
    await closeTargets(releases, evaluators);
    throw error;
  }
}

/** Time that a target has to close in a run that was given up. */
const closeMs = 5000;

/**
 * Lets the targets give back what they hold. What one of them throws changes no outcome: it is said, and the next one is closed.
 *
 * @param abort once it is aborted no target is waited for any longer than a few seconds.
 */
export async function closeTargets(
  releases: Releases,
  evaluators: readonly Evaluator[] = [],
  warn: (message: string) => void = () => {},
  abort?: AbortSignal,
): Promise<void> {
  for (const target of everyTarget(releases, evaluators)) {
    try {
      const limit = abort?.aborted ? AbortSignal.timeout(closeMs) : abort;
      await watched(Promise.resolve(target.close?.()), { abort: limit });
    } catch (error) {
      warn(`target "${target.name}" could not be closed: ${messageOf(error)}`);
    }
  }
}
