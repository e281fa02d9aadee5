import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { htmlReporter } from "../../../src/reporters/index.ts";
import { hostile } from "../../fixtures/report-cases.ts";
import {
  failingReport,
  inconclusiveReport,
  largeReport,
  passingReport,
  refusedReport,
  traceReport,
} from "../../fixtures/report-example.ts";

const page = htmlReporter.render(failingReport());
const withoutScripts = (html: string) => html.replace(/<script.*<\/script>/s, "");
const textOf = (html: string) =>
  withoutScripts(html)
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");

describe("html", () => {
  it("admits its own style and script by hash and nothing else", () => {
    const hashOf = (text: string) => createHash("sha256").update(text).digest("base64");
    const policyOf = (html: string) =>
      /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    const style = hashOf(/<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "");
    const script = hashOf(/<script>(.*?)<\/script>/s.exec(page)?.[1] ?? "");
    expect(policyOf(page)).toBe(
      `default-src 'none'; style-src 'sha256-${style}'; script-src 'sha256-${script}'; base-uri 'none'; form-action 'none'`,
    );
    expect(policyOf(htmlReporter.render(passingReport()))).toBe(
      `default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'`,
    );
  });

  it("carries one script and one island of data that nothing can end, and no script where there is no case", () => {
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).toMatch(/<script type="text\/plain" id="case-data">\d+:[!-;=-~]+<\/script>/);
    expect(htmlReporter.render(passingReport())).not.toContain("<script");
  });

  it("gives the same bytes for the same report", () => {
    expect(htmlReporter.render(failingReport())).toBe(page);
  });

  it("keeps within its size by cutting texts, and says so", () => {
    const report = failingReport(40);
    const long = Array.from({ length: 3900 }, (_, i) =>
      String.fromCharCode(97 + ((i * i * 31 + i * 7) % 26)),
    );
    const cases = Array.from({ length: 500 }, (_, i) => {
      const text = `${long.slice(i).join("")}${long.slice(0, i).reverse().join("")} ${i ** 3}`;
      return { ...report.cases[0]!, caseId: `case-${i}`, candidate: { ...report.cases[0]!.candidate, text } };
    });
    const html = htmlReporter.render({ ...report, cases });
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(800_000);
  });

  it("has no other script, no handler, no inline style and no address outside itself", () => {
    const tags =
      withoutScripts(page)
        .replace(/<style>.*?<\/style>/s, "")
        .match(/<[^>]*>/g) ?? [];
    for (const tag of tags) {
      expect(tag).not.toMatch(/^<(script|img|link|iframe|object|embed|form|base)\b/i);
      expect(tag).not.toMatch(/\s(on\w+|style|src)=/i);
      expect(tag).not.toMatch(/\shref="(?!#)/);
    }
    expect(withoutScripts(page).replace(/<style>.*?<\/style>/s, "")).not.toMatch(/<script/i);
    expect(withoutScripts(page)).not.toMatch(/url\(|@import/);
  });

  it("shows the hostile text of a case as text", () => {
    expect(page).toContain("&lt;script>alert('owned')&lt;/script>");
    expect(textOf(page)).toContain(hostile.script);
    expect(page).toContain("⟨U+202E⟩");
  });

  it("answers the reader's questions before anything else", () => {
    const main = textOf(page.slice(page.indexOf("<main>")));
    expect(main).toMatch(
      /^ ✗ Fail The candidate must not ship Blocked: tool_selection in tier=free & intent=refund/,
    );
    expect(main).toMatch(
      /Who is hurt\? tier=free & intent=refund .*By how much\? −9\.1 points .*Can I believe it\? 220 cases/,
    );
  });

  it("puts its parts in the order of the reader's questions", () => {
    const ids = [...page.matchAll(/<section id="([a-z]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([
      "trust",
      "decisions",
      "plot",
      "comparisons",
      "operations",
      "next",
      "cases",
      "provenance",
      "rule",
    ]);
  });

  it("has one first heading, a language, a title and scopes on every heading cell", () => {
    expect(page.match(/<h1[ >]/g)).toHaveLength(1);
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("<title>Fail: support-agent</title>");
    for (const cell of page.match(/<th\b[^>]*>/g) ?? []) expect(cell).toMatch(/scope="(col|row)"/);
    expect(page.match(/<table\b/g)?.length).toBe(page.match(/<caption\b/g)?.length);
  });

  it("draws each margin decision, and says the same in numbers", () => {
    expect(page.match(/<svg role="img"/g)).toHaveLength(6);
    expect(page).toContain(
      "<title>tool_selection in tier=free &amp; intent=refund: −9.1 points, interval [−13.1, −5.4], loses at most 5.0 points</title>",
    );
  });

  it("shows the worst cases without a script, folded, and says how many there are", () => {
    expect(page.match(/<details class="case">/g)).toHaveLength(6);
    expect(page).not.toMatch(/<details[^>]* open/);
    expect(textOf(page)).toContain("The 6 worst of 29 cases that did not stay the same.");
    const large = textOf(htmlReporter.render(largeReport(100, 400)));
    expect(large).toContain("Regressed (400)");
    expect(large).toContain("Show 96 decisions that passed");
  });

  it("says which cases of many it does not hold", () => {
    const report = failingReport();
    const html = htmlReporter.render({ ...report, caseCounts: { ...report.caseCounts, unchanged: 9971 } });
    expect(textOf(html)).toContain(
      "Of 10,000 cases this page holds 29: all that regressed or errored, and a sample of the others",
    );
  });

  it("names every component of both bundles and what the candidate declares", () => {
    for (const name of ["model", "prompt", "retriever", "tools", "guardrail", "decoding", "route"])
      expect(page).toContain(`<bdi>${name}</bdi>`);
    expect(textOf(page)).toContain("The candidate declares prompt, retriever.chunkWords.");
  });

  it("names what the costs rest on, where a target says so", () => {
    const report = passingReport();
    const run = report.provenance!;
    expect(textOf(htmlReporter.render(report))).not.toContain("Costs");
    const of = (costBasis: string) => ({ ...run.candidate, costBasis });
    const same = {
      ...run,
      baseline: { ...run.baseline, costBasis: "table <1>" },
      candidate: of("table <1>"),
    };
    expect(textOf(htmlReporter.render({ ...report, provenance: same }))).toContain("Costs table <1> ");
    const other = { ...run, candidate: of("table 2") };
    expect(textOf(htmlReporter.render({ ...report, provenance: other }))).toContain(
      "Costs baseline: what the target reports; candidate: table 2",
    );
  });

  it("says what to do next, and names the whole bundle that a rollback restores", () => {
    const text = textOf(page);
    expect(text).toContain("Repair the router or the schemas of the tools");
    expect(text).toContain("A rollback restores the whole bundle of live");
    expect(text).toContain("all 7 components, also those that did not change");
    const section = page.slice(page.indexOf('id="next"'), page.indexOf('id="cases"'));
    for (const name of ["model", "prompt", "retriever", "tools", "guardrail", "decoding", "route"])
      expect(section).toContain(`<bdi>${name}</bdi>`);
  });

  it("links each decision to the cases that made it, and draws no chart without its numbers", () => {
    expect(page).toContain(
      'href="#cases?change=regressed&amp;cohort=tier%3Dfree&amp;cohort=intent%3Drefund&amp;evaluator=tool_selection"',
    );
    const operations = page.slice(page.indexOf('id="operations"'), page.indexOf('id="next"'));
    const beside = textOf(operations.slice(0, operations.indexOf("<table")));
    expect(beside).toContain(
      "tier=free baseline: 842 ms · 1.91 s · 4.23 s candidate: 994 ms · 2.25 s · 4.99 s",
    );
    expect(beside).toContain(
      "tier=free baseline: 0.0021 [0.0019, 0.0023] candidate: 0.0025 [0.0023, 0.0027]",
    );
    for (const number of ["842 ms", "1.91 s", "4.23 s", "994 ms"])
      expect(operations.slice(operations.indexOf("<table"))).toContain(number);
  });

  it("names what is 0 everywhere instead of drawing it", () => {
    const operations = passingReport().operations.map(({ estimates, ...each }) => ({
      ...each,
      fallbackRate: 0,
      estimates: estimates && { ...estimates, fallbackRate: { value: 0, lower: 0, upper: 0.01, n: 600 } },
    }));
    expect(textOf(htmlReporter.render({ ...passingReport(), operations }))).toContain(
      "on both sides it is 0 in all cohorts: without an answer, answered by a fallback.",
    );
  });

  it("tells what traces say of both sides, and who started a run", () => {
    const named = { ...failingReport().provenance!, startedBy: "Ada <script>" };
    expect(textOf(htmlReporter.render({ ...failingReport(), provenance: named }))).toContain(
      "by Ada <script>",
    );
    const text = textOf(htmlReporter.render(traceReport()));
    expect(text).toContain("40 and 44 traces");
    expect(text).toContain("With their root span 97.5 % 100.0 %");
    expect(text).toContain("candidate: 3 lines are no JSON");
    expect(text).toContain("The most frequent ways part at step 2");
    expect(text).toContain("chat → execute_tool refund 5.0 % 25.0 % +20.0 [+8.0, +31.0]");
    expect(text).toContain("Steps that only the candidate takes execute_tool refund in 11 traces");
    expect(text).not.toContain("refused before it had a manifest");
    expect(text).not.toContain("Both releases answer the same cases");
  });

  it("is honest about a pass, an open gate and a refusal", () => {
    expect(textOf(htmlReporter.render(passingReport()))).toContain(
      "Who is hurt? No cohort beyond its rule 4 of 4 blocking decisions passed",
    );
    expect(textOf(htmlReporter.render(passingReport()))).toContain(
      "Nothing was found that speaks against it",
    );
    expect(textOf(htmlReporter.render(inconclusiveReport()))).toContain("is not proven safe to ship");
    const refused = textOf(htmlReporter.render(refusedReport()));
    expect(refused).toContain("Why was it refused? NOT_COMPARABLE");
    expect(refused).not.toContain("Nothing was found that speaks against it");
  });
});
