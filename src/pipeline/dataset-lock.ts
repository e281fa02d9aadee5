import { cohortOf, dimensionsOf, inCohort, parseCohortExpression, tagsOf } from "../core/cohort.ts";
import type { Case, Dataset, DatasetLock, DatasetVersion } from "../core/dataset.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** How many hexadecimal digits of a digest the change log keeps: enough to tell contents apart, short enough to read. */
const shortDigits = 16;

/** What differs between two states of a dataset, by case. */
export type DatasetChange = Pick<DatasetVersion, "added" | "removed" | "changed" | "descriptionChanged">;

type CaseEntry = DatasetLock["cases"][string];

function caseEntry(item: Case, sha256: string): CaseEntry {
  const members = Object.entries(item).filter(([name, value]) => name !== "id" && value !== undefined);
  return {
    sha256,
    members: Object.fromEntries(
      members.map(([name, value]) => [name, fingerprintOf(value).slice(0, shortDigits)]),
    ),
  };
}

function changedMembers(before: CaseEntry, after: CaseEntry): string[] {
  const names = new Set([...Object.keys(before.members), ...Object.keys(after.members)]);
  return [...names].filter((name) => before.members[name] !== after.members[name]).sort();
}

/** What changed in a dataset since its lock was made; everything is new where there is no lock. */
export function changesSinceLock(dataset: Dataset, lock: DatasetLock | null): DatasetChange {
  const before = lock?.cases ?? {};
  const change: DatasetChange = { added: {}, removed: {}, changed: {}, descriptionChanged: false };
  for (const item of dataset.cases) {
    const entry = caseEntry(item, dataset.caseFingerprints.get(item.id)!);
    const earlier = Object.hasOwn(before, item.id) ? before[item.id]! : null;
    const short = entry.sha256.slice(0, shortDigits);
    if (earlier === null) change.added[item.id] = short;
    else if (earlier.sha256 !== entry.sha256) {
      const from = earlier.sha256.slice(0, shortDigits);
      change.changed[item.id] = { from, to: short, members: changedMembers(earlier, entry) };
    }
  }
  for (const [id, entry] of Object.entries(before)) {
    if (!dataset.caseFingerprints.has(id)) change.removed[id] = entry.sha256.slice(0, shortDigits);
  }
  change.descriptionChanged = lock !== null && lock.description !== fingerprintOf(dataset.description);
  return change;
}

/** True when nothing at all changed. */
export function isUnchanged(change: DatasetChange): boolean {
  const counts = [change.added, change.removed, change.changed].map((part) => Object.keys(part).length);
  return counts.every((count) => count === 0) && !change.descriptionChanged;
}

/** Number of cases with each tag, by `dimension=value`, in the order of the description. Tags without a case count 0. */
export function cohortCounts(dataset: Dataset): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [dimension, values] of Object.entries(dataset.description.cohorts)) {
    for (const value of values) {
      counts[`${dimension}=${value}`] = dataset.cases.filter(
        (item) => item.cohorts[dimension] === value,
      ).length;
    }
  }
  return counts;
}

/** A required cohort with fewer cases than it must have, or one that the dataset does not know. */
export interface ThinCohort {
  readonly cohort: string;
  readonly cases: number;
  readonly minimumCases: number;
}

/** Required cohorts that are too thin. A cohort that cannot be read or has an unknown tag has no cases, so it is thin. */
export function thinCohorts(dataset: Dataset): ThinCohort[] {
  const dimensions = dimensionsOf(dataset.description);
  return dataset.description.requiredCohorts.flatMap(({ cohort, minimumCases }) => {
    const terms = parseCohortExpression(cohort);
    const tags = terms === null ? null : tagsOf(terms);
    const members = tags === null ? null : cohortOf(tags, dimensions);
    const cases = dataset.cases.filter((item) => members !== null && inCohort(members, item.cohorts)).length;
    return cases < minimumCases ? [{ cohort, cases, minimumCases }] : [];
  });
}

/** The lock of the next version of a dataset. The change log keeps every earlier version. */
export function makeLock(
  dataset: Dataset,
  previous: DatasetLock | null,
  change: DatasetChange,
  made: { readonly date: string; readonly note: string },
): DatasetLock {
  const version = (previous?.version ?? 0) + 1;
  const entries = dataset.cases.map((item) => caseEntry(item, dataset.caseFingerprints.get(item.id)!));
  const ids = dataset.cases.map(({ id }) => id);
  const logged: DatasetVersion = {
    version,
    ...made,
    fingerprint: dataset.fingerprint,
    cases: dataset.cases.length,
    ...change,
  };
  return {
    schemaVersion: 1,
    name: dataset.description.name,
    version,
    fingerprint: dataset.fingerprint,
    description: fingerprintOf(dataset.description),
    cohorts: cohortCounts(dataset),
    cases: Object.fromEntries(ids.map((id, index) => [id, entries[index]!] as const).sort(byId)),
    changeLog: [logged, ...(previous?.changeLog ?? [])],
  };
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Text of a lock: one case a line, so that a review shows which cases changed. */
export function writeLock(lock: DatasetLock): string {
  const cases = Object.entries(lock.cases).map(
    ([id, entry]) => `    ${JSON.stringify(id)}: ${JSON.stringify(entry)}`,
  );
  const { cases: _, ...head } = lock;
  const top = JSON.stringify(head, null, 2).slice(0, -2);
  return `${top},\n  "cases": {\n${cases.join(",\n")}\n  }\n}\n`;
}

/**
 * What changed between two versions, found by walking the change log.
 * A case that changed and changed back is not in it. Of a case that changed in several steps, every member that changed on the way is
 * named; of one that left and came back with other contents, none.
 *
 * @returns `null` when the lock does not know one of the versions.
 */
export function changesBetween(lock: DatasetLock, from: number, to: number): DatasetChange | null {
  const known = (version: number) => lock.changeLog.some((entry) => entry.version === version);
  if (!known(from) || !known(to)) return null;
  if (from > to) return reversed(changesBetween(lock, to, from)!);
  const steps = lock.changeLog.filter(({ version }) => version > from && version <= to).reverse();
  const net = new Map<string, { from: string | null; to: string | null; members: Set<string> }>();
  const note = (id: string, before: string | null, after: string | null, members: readonly string[] = []) => {
    const entry = net.get(id) ?? { from: before, to: after, members: new Set() };
    entry.to = after;
    for (const member of members) entry.members.add(member);
    net.set(id, entry);
  };
  for (const step of steps) {
    for (const [id, digest] of Object.entries(step.added)) note(id, null, digest);
    for (const [id, digest] of Object.entries(step.removed)) note(id, digest, null);
    for (const [id, { from: before, to: after, members }] of Object.entries(step.changed))
      note(id, before, after, members);
  }
  const change: DatasetChange = { added: {}, removed: {}, changed: {}, descriptionChanged: false };
  change.descriptionChanged = steps.some(({ descriptionChanged }) => descriptionChanged);
  for (const [id, entry] of net) {
    if (entry.from === entry.to) continue;
    if (entry.from === null) change.added[id] = entry.to!;
    else if (entry.to === null) change.removed[id] = entry.from;
    else change.changed[id] = { from: entry.from, to: entry.to, members: [...entry.members].sort() };
  }
  return change;
}

function reversed(change: DatasetChange): DatasetChange {
  const changed = Object.entries(change.changed).map(
    ([id, { from, to, members }]) => [id, { from: to, to: from, members }] as const,
  );
  return {
    added: change.removed,
    removed: change.added,
    changed: Object.fromEntries(changed),
    descriptionChanged: change.descriptionChanged,
  };
}
