import { describe, expect, it } from "vitest";
import type { Report } from "../../../src/core/report.ts";
import { report } from "../../../src/pipeline/report.ts";
import { storedReport } from "../../../src/pipeline/stored-report.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { casesOf, type Pairs, reportInput } from "./support.ts";

const input = reportInput(casesOf(60), Array(60).fill("pp") as Pairs[], [{ metric: "task", margin: 0.1 }]);
const { manifest } = input;
const made = report(input);

async function storeWith(body: unknown) {
  const store = memoryStore();
  const { runId } = manifest;
  await store.append([
    { kind: "run", runId, key: "manifest", body: manifest },
    { kind: "report", runId, key: "report", body: body as Report },
  ]);
  return store;
}

describe("the report of a stored run", () => {
  it("is the one that was made", async () => {
    expect(made).toMatchObject({ verdict: "pass", exitCode: 0 });
    expect(await storedReport(await storeWith(made), manifest)).toEqual(made);
  });

  // `evals report` ends with the exit code of the record: one that names none would end with 0.
  it.each([
    ["no exit code", { ...made, exitCode: undefined }],
    ["an exit code of another verdict", { ...made, verdict: "fail" }],
    ["a verdict that is none", { ...made, verdict: "passed" }],
    ["a format of another version", { ...made, schemaVersion: 2 }],
    ["nothing", {}],
    ["no object", null],
  ])("is refused when the record holds %s", async (_, body) => {
    const reading = storedReport(await storeWith(body), manifest);
    await expect(reading).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  });
});
