import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaseReport } from "../../../../src/core/report.ts";
import { align } from "../../../../src/reporters/html/explorer/align.ts";
import { fromCharacters, toCharacters } from "../../../../src/reporters/html/explorer/characters.ts";
import { fromColumns, toColumns } from "../../../../src/reporters/html/explorer/columns.ts";
import { commandsFor } from "../../../../src/reporters/html/explorer/commands.ts";
import {
  caseColumns,
  explorerData,
  packedText,
  unpackedData,
} from "../../../../src/reporters/html/explorer/data.ts";
import { putFarCopiesBack, takeFarCopies } from "../../../../src/reporters/html/explorer/far-copies.ts";
import { highlighted, quotesOf } from "../../../../src/reporters/html/explorer/highlight.ts";
import { lossOf, searchedText, selectCases } from "../../../../src/reporters/html/explorer/select.ts";
import { addressOf, orders, type View, viewOf } from "../../../../src/reporters/html/explorer/view.ts";
import { wordDifference } from "../../../../src/reporters/html/explorer/word-diff.ts";
import { islandOf } from "../../../../src/reporters/html/island.ts";
import { seededRandom } from "../../../../src/stats/index.ts";
import { failingReport } from "../../../fixtures/report-example.ts";

const report = failingReport();
const everything: View = {
  change: "all",
  tags: [],
  evaluator: "",
  label: "",
  search: "",
  order: "loss",
  open: null,
};
const found = (changes: Partial<View>) =>
  selectCases(report.cases, { ...everything, ...changes }, searchedText).map(({ caseId }) => caseId);
const letters = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 30 });

/** Length of the longest common subsequence by the textbook's table (Wagner and Fischer 1974). */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [j, y] of b.entries()) next.push(x === y ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!));
    row = next;
  }
  return row[b.length]!;
}

describe("aligning two sequences", () => {
  it("gives both back, in order, and keeps as much as the longest common subsequence", () => {
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const steps = align(before, after);
        const kept = steps.flatMap((step) => (step.kind === "added" ? [] : [step.before]));
        const made = steps.flatMap((step) => (step.kind === "removed" ? [] : [step.after]));
        expect(kept).toEqual(before.map((_, i) => i));
        expect(made).toEqual(after.map((_, i) => i));
        const same = steps.filter((step) => step.kind === "same");
        for (const step of same)
          if (step.kind === "same") expect(before[step.before]).toBe(after[step.after]);
        expect(same.length).toBe(commonLength(before, after));
      }),
    );
  });

  it("replaces the middle beyond its limit, and still gives both back", () => {
    const before = Array.from({ length: 3000 }, (_, i) => `x${i}`);
    const after = Array.from({ length: 3000 }, (_, i) => `y${i}`);
    const steps = align(["same", ...before, "end"], ["same", ...after, "end"]);
    expect(steps.filter(({ kind }) => kind === "same")).toHaveLength(2);
    expect(steps).toHaveLength(6002);
  });
});

describe("the difference of two answers, word by word", () => {
  it("puts each text together again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, after) => {
        const difference = wordDifference(before, after);
        if (difference === null) return;
        expect(difference.before.map(({ text }) => text).join("")).toBe(before);
        expect(difference.after.map(({ text }) => text).join("")).toBe(after);
      }),
    );
  });

  it("marks words, not letters, and phrases as a whole", () => {
    const difference = wordDifference("The refund takes 3 days.", "The refund takes about two days.");
    expect(difference?.before.filter(({ same }) => !same)).toEqual([{ same: false, text: "3" }]);
    expect(difference?.after.filter(({ same }) => !same)).toEqual([{ same: false, text: "about two" }]);
  });

  it("marks nothing in texts that have little in common", () => {
    expect(
      wordDifference("One answer about parcels.", "Quite another reply: money, cards, banks."),
    ).toBeNull();
  });
});

describe("the view of the explorer", () => {
  it("is a link: the address gives back the view", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc
        .array(fc.constantFrom(" & ", "&", "=", "#", "%", "+", "?", "%26", "tier=free", " "))
        .map((parts) => parts.join("")),
    );
    const view = fc.record({
      change: fc.constantFrom<View["change"]>("all", "regressed", "errored", "unscored", "improved"),
      tags: fc.array(
        fc.tuple(text, text).map(([dimension, value]) => `${dimension}=${value}`),
        { maxLength: 3 },
      ),
      evaluator: text,
      label: text,
      search: text,
      order: fc.constantFrom(...orders),
      open: fc.option(text),
    });
    fc.assert(
      fc.property(view, (each) => {
        expect(viewOf(addressOf(each))).toEqual(each);
        expect(viewOf(new URL(addressOf(each), "file:///report.html").hash)).toEqual(each);
      }),
    );
  });

  it("takes unknown words as left out, and other places as none", () => {
    expect(viewOf("#cases?cohort=tier%3Dfree&cohort=intent%3Drefund&order=worst&change=lost")).toEqual({
      ...everything,
      tags: ["tier=free", "intent=refund"],
    });
    expect(viewOf("#trust")).toBeNull();
    expect(viewOf("")).toBeNull();
  });
});

describe("choosing cases", () => {
  it("filters by what became of them, by tags, by evaluator, by label and by words", () => {
    expect(found({})).toHaveLength(29);
    expect(found({ change: "errored" })).toEqual(["delivery-041"]);
    expect(found({ tags: ["tier=enterprise"] })).toEqual(["delivery-041"]);
    expect(found({ change: "regressed", tags: ["language=de"] })).toHaveLength(6);
    expect(found({ change: "regressed", evaluator: "task_completion" })).toHaveLength(7);
    expect(found({ change: "improved", evaluator: "groundedness" })).toEqual(["returns-017"]);
    expect(found({ label: "money-movement", tags: ["language=de"] })).toHaveLength(2);
    expect(found({ search: "MONEY b-2210 refund-003" })).toEqual(["refund-003"]);
    expect(found({ search: "no such word" })).toEqual([]);
    expect(found({ tags: ["__proto__=x"], evaluator: "__proto__" })).toEqual([]);
  });

  it("puts the largest loss first: what all scores together fell by, a missing one counted as 0", () => {
    const cases = report.cases;
    const losses = new Map(cases.map((each) => [each.caseId, lossOf(each)]));
    expect(losses.get("refund-001")).toBe(2);
    expect(losses.get("refund-003")).toBe(1);
    const inOrder = found({ change: "regressed" }).map((caseId) => losses.get(caseId)!);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => b - a));
  });
});

describe("what the page carries", () => {
  it("is the same after packing and unpacking, each passage once", () => {
    const passage = { id: "kb-1", text: "Refunds take 14 days." };
    const first = report.cases[0]!;
    const span = { name: "chat", depth: 0, startOffsetMs: 12, durationMs: 840, error: "cut" };
    const rich = {
      ...first,
      input: "\0 and \u0001, half a character \ud800 and a whole one 🙂",
      expected: { __proto__x: [1, { "\0": "\udc00" }], facts: ["x"] },
      baseline: { ...first.baseline, context: [passage], spans: [span], latencyMs: 913 },
      candidate: { ...first.candidate, context: [{ text: "x" }, passage], spans: [] },
    };
    const data = explorerData({ ...report, cases: [rich, first, rich] });
    const columns = caseColumns(data.cases);
    expect(columns.texts.filter((text) => text === passage.text)).toHaveLength(1);
    expect(unpackedData(new TextDecoder().decode(Buffer.from(packedText(data, columns))))).toEqual(data);
  });

  it("is whole where there is room, and says exactly what was cut where there is none", () => {
    const random = seededRandom("cut");
    const words = (count: number) =>
      Array.from({ length: count }, () => random.below(1e6).toString(36)).join(" ");
    const first = report.cases[0]!;
    const cases = Array.from({ length: 60 }, (_, index): CaseReport => {
      const change = index < 5 ? "regressed" : "improved";
      const candidate = { ...first.candidate, text: words(20 + 10 * index) };
      return { ...first, caseId: `case-${index}`, change, candidate };
    });
    const whole = unpacked(islandOf({ ...report, cases }, 1_000_000));
    expect(whole.cut).toBeNull();
    expect(whole.cases).toEqual(cases);
    const small = islandOf({ ...report, cases }, 50_000);
    expect(small.length).toBeLessThanOrEqual(50_000);
    const { cut, cases: kept } = unpacked(small);
    expect(cut).toMatchObject({ isHarmCut: false, casesInBrief: 0 });
    const shorter = kept.map(({ candidate }, index) => {
      const text = cases[index]!.candidate.text!;
      if (candidate.text === text) return 0;
      expect(candidate.text).toBe(`${text.slice(0, cut!.at!)}…`);
      return 1;
    });
    expect(cut!.textsByCase).toEqual(shorter);
    expect(cut!.texts).toBe(shorter.filter((count) => count === 1).length);
    expect(shorter.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    // The longest first: no whole text is longer than a cut one.
    for (const [index, { candidate }] of cases.entries())
      expect(shorter[index] === 1 || index < 5).toBe(candidate.text!.length > cut!.at! || index < 5);
  });

  function unpacked(island: string) {
    const [, length, characters] = /^(\d+):(.*)$/s.exec(island)!;
    const bytes = inflateSync(fromCharacters(characters!).subarray(0, Number(length)));
    return unpackedData(new TextDecoder().decode(putFarCopiesBack(bytes)));
  }
});

describe("records in columns", () => {
  it("come back as they were, whatever their shape", () => {
    const value = fc.jsonValue({ maxDepth: 3, depthSize: "small" });
    const record = fc.dictionary(
      fc.oneof(fc.constantFrom("context", "expected", "__proto__", "a"), fc.string()),
      value,
    );
    const rules = { asJson: new Set(["expected"]), once: new Set(["context"]) };
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), (drawn) => {
        const records = JSON.parse(JSON.stringify(drawn)) as object[];
        const { column, texts, sources } = toColumns(records, rules);
        expect(sources).toHaveLength(texts.length);
        const back = fromColumns(JSON.parse(JSON.stringify(column)), texts, records.length);
        expect(back).toEqual(records);
      }),
    );
  });

  it("are kept where an object has very many members", () => {
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`m${index}`, index]));
    const { column, texts } = toColumns([{ wide }, { wide: { m1: 1 } }], {
      asJson: new Set(),
      once: new Set(),
    });
    expect(fromColumns(column, texts, 2)).toEqual([{ wide }, { wide: { m1: 1 } }]);
  });
});

describe("bytes as characters", () => {
  it("come back, and hold nothing that ends an element", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = toCharacters(bytes);
        expect(text).toMatch(/^[!-~]*$/);
        expect(text).not.toMatch(/[<"\\]/);
        expect([...fromCharacters(text).subarray(0, bytes.length)]).toEqual([...bytes]);
      }),
    );
  });
});

describe("repetitions from far away", () => {
  it("are put back", () => {
    const part = fc.uint8Array({ minLength: 0, maxLength: 200 });
    const parts = fc.array(fc.tuple(part, fc.nat({ max: 60_000 })), { maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.nat({ max: 3 }), (found, times) => {
        const bytes = Buffer.concat([
          ...found.flatMap(([bytes, gap]) => [Buffer.from(bytes), Buffer.alloc(gap, "quite plain text ")]),
          ...Array.from({ length: times }, () => found.map(([bytes]) => Buffer.from(bytes))).flat(),
        ]);
        expect(Buffer.compare(Buffer.from(putFarCopiesBack(takeFarCopies(bytes))), bytes)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it("are taken out where deflate does not see them", () => {
    const random = seededRandom("far");
    const drawn = Buffer.from(Array.from({ length: 40_000 }, () => random.below(256)));
    const packed = takeFarCopies(Buffer.concat([drawn, drawn, drawn]));
    expect(packed.length).toBeLessThan(drawn.length + 100);
  });

  it("are taken out where both sides of a case repeat what an earlier case said", () => {
    const random = seededRandom("sides");
    const drawn = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));
    const said = drawn(1000);
    const between = drawn(40_000);
    const packed = takeFarCopies(Buffer.concat([said, between, said, drawn(100), said]));
    expect(packed.length).toBeLessThan(said.length + between.length + 100 + 50);
  });
});

describe("marking what evaluators quote", () => {
  it("finds quotations in passages whatever their white space, cut or overlapping", () => {
    const quotes = quotesOf({
      groundedness: {
        status: "scored",
        value: 0.5,
        pass: false,
        reason: "",
        evidence: [
          {
            subject: "A refund takes 14 days.",
            finding: 'nearest passage: "takes 14 days. Ask the…"',
            supports: false,
          },
        ],
      },
      other: { status: "unscored", reason: "" },
    });
    const pieces = highlighted("Note. A refund\n takes 14  days. Ask the desk.", quotes);
    expect(pieces).toEqual([
      { same: true, text: "Note. " },
      { same: false, text: "A refund takes 14 days." },
      { same: false, text: " Ask the" },
      { same: true, text: " desk." },
    ]);
  });
});

describe("commands", () => {
  it("are words of a shell, whatever a case is called", () => {
    const each = {
      ...report.cases[0]!,
      caseId: "it's $(rm -rf /)\n`x`",
      cohorts: { tier: "free", intent: "a'b" },
    };
    const run = { id: "20260131-142530-4f1a", file: "evals/my agent.eval.ts" };
    expect(commandsFor(each, run)).toEqual({
      show: "npx evals show 20260131-142530-4f1a 'it'\\''s $(rm -rf /) `x`'",
      rerun: "npx evals run 'evals/my agent.eval.ts' --cohort 'tier=free & intent=a'\\''b'",
    });
  });
});
