import { describe, expect, it } from "vitest";
import type { Case, Dataset, DatasetLock } from "../../../src/core/dataset.ts";
import { caseSchema, datasetLockSchema } from "../../../src/core/dataset.ts";
import {
  changesBetween,
  changesSinceLock,
  cohortCounts,
  isUnchanged,
  makeLock,
  thinCohorts,
  writeLock,
} from "../../../src/pipeline/dataset-lock.ts";
import { caseOf, casesOf, datasetOf, descriptionOf } from "./support.ts";

const made = { date: "2026-01-01", note: "a note" };

/** Locks a dataset as the next version of a lock. */
function next(dataset: Dataset, previous: DatasetLock | null): DatasetLock {
  return makeLock(dataset, previous, changesSinceLock(dataset, previous), made);
}

/** Locks states of a dataset one after the other. */
function history(...states: readonly (readonly Case[])[]): DatasetLock {
  let lock: DatasetLock | null = null;
  for (const cases of states) lock = next(datasetOf(cases), lock);
  return lock!;
}

const none = { added: {}, removed: {}, changed: {}, descriptionChanged: false };
const full = caseOf("a", {
  context: [{ text: "passage" }],
  expected: { answer: "right" },
  policyLabels: ["privacy"],
  cohorts: { tier: "free" },
  cluster: "conversation-1",
  traceId: "trace-1",
});

describe("the lock of a dataset", () => {
  it("does not see the order of the cases", () => {
    const cases = casesOf(5);
    const lock = history(cases);
    const back = datasetOf([...cases].reverse());
    expect(back.fingerprint).toBe(lock.fingerprint);
    expect(isUnchanged(changesSinceLock(back, lock))).toBe(true);
    expect(next(back, null).cases).toEqual(lock.cases);
  });

  const changes: [string, Partial<Case>][] = [
    ["input", { input: { messages: [{ role: "user", content: "another question" }] } }],
    ["context", { context: [{ text: "another passage" }] }],
    ["expected", { expected: { answer: "also right" } }],
    ["policyLabels", { policyLabels: [] }],
    ["cohorts", { cohorts: { tier: "pro" } }],
    ["cluster", { cluster: "conversation-2" }],
    ["traceId", { traceId: "trace-2" }],
  ];
  it.each(changes)("sees a change of %s and names it alone", (member, change) => {
    const lock = history([full, caseOf("b")]);
    const after = datasetOf([{ ...full, ...change }, caseOf("b")]);
    expect(after.fingerprint).not.toBe(lock.fingerprint);
    const found = changesSinceLock(after, lock);
    expect(Object.keys(found.changed)).toEqual(["a"]);
    expect(found.changed.a!.members).toEqual([member]);
    expect(found).toMatchObject({ added: {}, removed: {}, descriptionChanged: false });
  });

  it("sees a member that was added and one that was taken away", () => {
    const { traceId: _, ...without } = full;
    const added = changesSinceLock(datasetOf([full]), history([without]));
    const removed = changesSinceLock(datasetOf([without]), history([full]));
    expect([added.changed.a!.members, removed.changed.a!.members]).toEqual([["traceId"], ["traceId"]]);
  });

  it("sees added and removed cases; a renamed case is both", () => {
    const lock = history([caseOf("a"), caseOf("b")]);
    const found = changesSinceLock(datasetOf([caseOf("a"), caseOf("c", { input: caseOf("b").input })]), lock);
    expect(Object.keys(found.added)).toEqual(["c"]);
    expect(Object.keys(found.removed)).toEqual(["b"]);
    expect(found.changed).toEqual({});
  });

  it("sees a change of the description, and that every case is new where there is no lock", () => {
    const lock = history([caseOf("a")]);
    const other = datasetOf([caseOf("a")], descriptionOf({ owner: "someone else" }));
    expect(changesSinceLock(other, lock)).toEqual({ ...none, descriptionChanged: true });
    const first = changesSinceLock(other, null);
    expect(Object.keys(first.added)).toEqual(["a"]);
    expect(first.descriptionChanged).toBe(false);
  });

  it("takes ids as they are, also those that every object inherits", () => {
    const lock = history([caseOf("constructor"), caseOf("toString")]);
    const after = datasetOf([caseOf("constructor", { traceId: "t" }), caseOf("valueOf")]);
    const found = changesSinceLock(after, lock);
    expect(Object.keys(found.changed)).toEqual(["constructor"]);
    expect(Object.keys(found.added)).toEqual(["valueOf"]);
    expect(Object.keys(found.removed)).toEqual(["toString"]);
  });

  it("never meets an id that no object can hold as a member", () => {
    expect(caseSchema.safeParse({ id: "__proto__", input: { variables: {} } }).success).toBe(false);
  });

  it("survives writing and reading, with one line for each case", () => {
    const lock = history(casesOf(3), casesOf(4));
    const text = writeLock(lock);
    expect(datasetLockSchema.parse(JSON.parse(text))).toEqual(lock);
    for (const id of Object.keys(lock.cases)) {
      expect(text.split("\n").filter((line) => line.startsWith(`    "${id}": {"sha256"`))).toHaveLength(1);
    }
  });

  it("counts versions up from 1 and keeps what each changed, the newest first", () => {
    const lock = history(casesOf(2), casesOf(3), casesOf(1));
    expect(lock.version).toBe(3);
    expect(lock.changeLog.map(({ version, cases }) => [version, cases])).toEqual([
      [3, 1],
      [2, 3],
      [1, 2],
    ]);
    expect(Object.keys(lock.changeLog[0]!.removed)).toEqual(["c0001", "c0002"]);
  });
});

describe("the difference between two versions", () => {
  const changed = (traceId: string) => caseOf("x", { traceId });
  const v1 = [caseOf("stays"), changed("one"), caseOf("leaves")];
  const v2 = [caseOf("stays"), changed("two"), caseOf("leaves"), caseOf("comes")];
  const v3 = [caseOf("stays"), changed("three"), caseOf("comes")];
  const lock = history(v1, v2, v3);

  it("is the sum of the steps between them", () => {
    const found = changesBetween(lock, 1, 3)!;
    expect(Object.keys(found.added)).toEqual(["comes"]);
    expect(Object.keys(found.removed)).toEqual(["leaves"]);
    expect(Object.keys(found.changed)).toEqual(["x"]);
    expect(found.changed.x!.members).toEqual(["traceId"]);
    expect(found).toEqual(changesSinceLock(datasetOf(v3), history(v1)));
  });

  it("is the mirror image backwards", () => {
    const there = changesBetween(lock, 1, 3)!;
    const back = changesBetween(lock, 3, 1)!;
    expect(back.added).toEqual(there.removed);
    expect(back.removed).toEqual(there.added);
    expect(back.changed.x).toEqual({
      from: there.changed.x!.to,
      to: there.changed.x!.from,
      members: ["traceId"],
    });
  });

  it("is nothing between a version and itself, and unknown for a version that is not there", () => {
    expect(changesBetween(lock, 2, 2)).toEqual(none);
    expect(changesBetween(lock, 1, 4)).toBeNull();
    expect(changesBetween(lock, 0, 1)).toBeNull();
  });

  it("does not hold a case that changed and changed back, came and went, or went and came", () => {
    const wandering = history(
      [changed("one"), caseOf("b")],
      [changed("two"), caseOf("guest")],
      [changed("one"), caseOf("b")],
    );
    expect(changesBetween(wandering, 1, 3)).toEqual(none);
    expect(Object.keys(changesBetween(wandering, 1, 2)!.changed)).toEqual(["x"]);
    expect(Object.keys(changesBetween(wandering, 2, 3)!.added)).toEqual(["b"]);
  });

  it("says that the description changed somewhere between", () => {
    const first = history([caseOf("a")]);
    const second = next(datasetOf([caseOf("a")], descriptionOf({ owner: "someone else" })), first);
    expect(changesBetween(second, 1, 2)).toEqual({ ...none, descriptionChanged: true });
  });

  it("holds a case that left and came back changed", () => {
    const lockOfThree = history([changed("one")], [caseOf("b")], [changed("two")]);
    expect(Object.keys(changesBetween(lockOfThree, 1, 3)!.changed)).toEqual(["x"]);
  });

  it("names every member that changed on the way, as it says", () => {
    const both = (traceId: string, cluster: string) => [caseOf("x", { traceId, cluster })];
    const lockOfThree = history(both("one", "k"), both("two", "l"), both("one", "l"));
    expect(changesBetween(lockOfThree, 1, 3)!.changed.x!.members).toEqual(["cluster", "traceId"]);
  });
});

describe("the cohorts of a dataset", () => {
  const cases = casesOf(6, (index) => ({
    cohorts: { tier: index < 4 ? "free" : "pro", ...(index === 0 ? { language: "de" } : {}) },
  }));
  const required = (cohort: string, minimumCases: number) =>
    thinCohorts(datasetOf(cases, descriptionOf({ requiredCohorts: [{ cohort, minimumCases }] })));

  it("are counted by tag, with 0 for a tag that no case has", () => {
    expect(cohortCounts(datasetOf(cases))).toEqual({
      "tier=free": 4,
      "tier=pro": 2,
      "language=en": 0,
      "language=de": 1,
    });
  });

  it("are thin when they have fewer cases than they must", () => {
    expect(required("tier=free", 4)).toEqual([]);
    expect(required("tier=free", 5)).toEqual([{ cohort: "tier=free", cases: 4, minimumCases: 5 }]);
    expect(required("tier=free & language=de", 2)).toEqual([
      { cohort: "tier=free & language=de", cases: 1, minimumCases: 2 },
    ]);
    expect(required("all", 7)).toEqual([{ cohort: "all", cases: 6, minimumCases: 7 }]);
  });

  it.each(["tier=gold", "tier", "colour=red"])("are thin when nobody can be in them: %j", (cohort) => {
    expect(required(cohort, 1)).toEqual([{ cohort, cases: 0, minimumCases: 1 }]);
  });

  // Guarded against: of two tags of one dimension the last one wins, so that a cohort that nobody can be in counts the cases of another.
  it("are thin when they ask for two values of one dimension at once", () => {
    expect(required("tier=free & tier=pro", 1)).toEqual([
      { cohort: "tier=free & tier=pro", cases: 0, minimumCases: 1 },
    ]);
  });
});
