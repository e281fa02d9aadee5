import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { agreedLabel, type LabelRow, labelRowSchema } from "../../../src/core/labels.ts";
import { readCsv, writeCsv } from "../../../src/pipeline/csv.ts";
import { labelsTable, readEntries, readLabels, writeLabels } from "../../../src/pipeline/label-files.ts";
import { mergeLabels } from "../../../src/pipeline/merge-labels.ts";
import { sampleForLabels } from "../../../src/pipeline/sample-labels.ts";
import { sampleOf } from "../../../src/testing.ts";
import { caseOf, casesOf } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "labels-"));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const row = (id: string, more: Partial<LabelRow> = {}): LabelRow =>
  labelRowSchema.parse({ id, case: caseOf(id), output: { text: `answer ${id}` }, ...more });

describe("a table for people", () => {
  it("survives any text, there and back", () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom('a"b', "x,y;z", "1\r\n2", "", "'"),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("id-1", "id-2"), cell, cell), { minLength: 1 }),
        (rows) => {
          const read = readCsv(writeCsv([["id", "one", "two"], ...rows]));
          const plain = (text: string) => text.replace(/^'(?=[=+\-@\t\r＝＋－＠])/, "");
          expect(read?.slice(1).map((cells) => cells.map(plain))).toEqual(
            rows.map((cells) => cells.map(plain)),
          );
        },
      ),
    );
  });

  it.each(["=1+1", "+49 30 1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])(
    "has no formula in it: %j",
    (text) => {
      const [, line] = readCsv(writeCsv([["id"], [text]]))!;
      expect(line![0]).toBe(`'${text}`);
    },
  );

  it.each([
    ["semicolons, as spreadsheets in German save it", "id;label\r\n1;good\r\n2;bad\r\n"],
    ["tabs", "id\tlabel\n1\tgood\n2\tbad"],
    ["a mark at its beginning", "\ufeffid,label\n1,good\n2,bad\n"],
  ])("is read with %s", (_, text) => {
    expect(readCsv(text)).toEqual([
      ["id", "label"],
      ["1", "good"],
      ["2", "bad"],
    ]);
  });

  it.each(['id,label\n"1,good', 'id,label\n"1"x,good'])(
    "is refused where quotation marks do not match: %j",
    (text) => {
      expect(readCsv(text)).toBeNull();
    },
  );
});

describe("labels", () => {
  it("are read back from tables, by whatever people write", async () => {
    const rows = [row("a"), row("b"), row("c"), row("d")];
    const table = readCsv(labelsTable(rows))!;
    const labels = ["Good", "0", "?", ""];
    const filled = table.map((cells, index) =>
      index === 0 ? cells : [cells[0]!, labels[index - 1]!, "", "a note"],
    );
    const entries = await readEntries(file("alice.csv", writeCsv(filled)));
    expect(entries).toEqual([
      { id: "a", by: "alice", label: "good", note: "a note" },
      { id: "b", by: "alice", label: "bad", note: "a note" },
      { id: "c", by: "alice", label: "unsure", note: "a note" },
    ]);
  });

  it.each([
    ["another label", "id,label\n1,superb\n", /bob\.csv: row 2 has the label "superb"/],
    ["no label column", "id,verdict\n1,good\n", /bob\.csv:1: there is no column label/],
    ["broken quotes", 'id,label\n"1,good', /bob\.csv: this is no table/],
  ])("are refused with %s", async (_, text, message) => {
    await expect(readEntries(file("bob.csv", text))).rejects.toThrow(message);
  });

  it("of two people are put together; where they differ, nobody is right", () => {
    const ids = Array.from({ length: 50 }, (_, index) => `r${index}`);
    // The table 20, 5, 10, 15 of which kappa is .4.
    const first = (index: number) => (index < 25 ? "good" : "bad");
    const second = (index: number) => (index < 20 || (index >= 25 && index < 35) ? "good" : "bad");
    const merged = mergeLabels(
      ids.map((id) => row(id)),
      ids.flatMap(
        (id, index) =>
          [
            { id, by: "ann", label: first(index) },
            { id, by: "ben", label: second(index) },
          ] as const,
      ),
    );
    expect(merged.counts).toEqual({ good: 20, bad: 15, unsure: 15, none: 0 });
    expect(merged.differing).toHaveLength(15);
    expect(merged.agreement).toHaveLength(1);
    expect(merged.agreement[0]).toMatchObject({ people: ["ann", "ben"], rows: 50, agreed: 0.7 });
    expect(merged.agreement[0]!.kappa.estimate).toBeCloseTo(0.4, 12);
    expect(agreedLabel(merged.rows[0]!)).toBe("good");
    expect(agreedLabel(merged.rows[22]!)).toBe("unsure");
  });

  it("of one person are replaced by that person's later ones, and none is lost", () => {
    const once = mergeLabels(
      [row("a"), row("b")],
      [
        { id: "a", by: "ann", label: "good" },
        { id: "b", by: "ann", label: "bad" },
      ],
    );
    const twice = mergeLabels(once.rows, [{ id: "a", by: "ann", label: "bad" }]);
    expect(twice.rows.map(({ labels }) => labels.map(({ label }) => label))).toEqual([["bad"], ["bad"]]);
    expect(() => mergeLabels([row("a")], [{ id: "x", by: "ann", label: "good" }])).toThrow(/no row "x"/);
  });

  it("are written and read, and what is wrong is named with its line", async () => {
    const rows = [row("a", { label: "good" }), row("b", { labels: [{ by: "ann", label: "bad" }] })];
    expect((await readLabels(file("l.jsonl", writeLabels(rows)))).rows).toEqual(rows);
    const bad = (text: string) => readLabels(file("l.jsonl", text));
    await expect(bad("{}")).rejects.toThrow(/l\.jsonl:1: /);
    await expect(bad(`${writeLabels(rows)}{`)).rejects.toThrow(/l\.jsonl:3: no JSON/);
    await expect(bad(writeLabels([rows[0]!, rows[0]!]))).rejects.toThrow(
      /l\.jsonl:2: the id "a" is on line 1 too/,
    );
    await expect(bad(JSON.stringify({ ...rows[0], lable: "good" }))).rejects.toMatchObject({
      hint: expect.stringContaining("label"),
    });
    await expect(bad("")).rejects.toThrow(/no label/);
    await expect(readLabels(join(folder, "none.jsonl"))).rejects.toThrow(/none\.jsonl: cannot be read/);
  });
});

describe("answers that are drawn for labelling", () => {
  const cases = casesOf(200, (index) => ({ cohorts: { tier: index < 20 ? "pro" : "free" } }));
  const samples = cases.flatMap(({ id }) =>
    (["baseline", "candidate"] as const).map((side) => ({
      ...sampleOf(id, { text: `${side} answers ${id}` }),
      side,
    })),
  );

  it("come from both releases and each cohort in proportion, and say nothing of the release", () => {
    const rows = sampleForLabels(cases, samples, { size: 40, seed: 1 });
    expect(rows).toHaveLength(40);
    const sides = rows.map(({ output }) => output.text.split(" ")[0]);
    expect(sides.filter((side) => side === "baseline")).toHaveLength(20);
    expect(rows.filter((each) => each.case.cohorts.tier === "pro")).toHaveLength(4);
    expect(new Set(rows.flatMap((each) => Object.keys(each)))).toEqual(
      new Set(["id", "label", "labels", "source", "case", "output"]),
    );
    // Runs of one side would tell which is which: 20 of each in random order have about 21 runs.
    const runs = sides.filter((side, index) => side !== sides[index - 1]).length;
    expect(runs).toBeGreaterThan(10);
  });

  it("are the same for the same seed, in whatever order the store gives them", () => {
    const first = sampleForLabels(cases, samples, { size: 40, seed: 1 });
    expect(sampleForLabels([...cases].reverse(), [...samples].reverse(), { size: 40, seed: 1 })).toEqual(
      first,
    );
    const ids = (seed: number) => sampleForLabels(cases, samples, { size: 40, seed }).map(({ id }) => id);
    expect(ids(2)).not.toEqual(ids(1));
  });

  it("are no more than there are, each answer once, none that failed", () => {
    const same = cases
      .slice(0, 3)
      .flatMap(({ id }) =>
        (["baseline", "candidate"] as const).map((side) => ({ ...sampleOf(id, { text: "the same" }), side })),
      );
    const failed = { ...sampleOf(cases[3]!.id, {}), output: null };
    expect(sampleForLabels(cases, [...same, failed], { size: 40, seed: 1 })).toHaveLength(3);
    expect(() => sampleForLabels(cases, [failed], { size: 40, seed: 1 })).toThrow(/no answer to label/);
  });
});
