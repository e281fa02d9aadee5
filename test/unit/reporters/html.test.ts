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
} from "../../fixtures/report-example.ts";

const page = htmlReporter.render(failingReport());
const textOf = (html: string) =>
  html
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ");

describe("html", () => {
  it("admits its own style by hash and nothing else", () => {
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
  });

  it("has no script, no handler, no inline style and no address outside itself", () => {
    const tags = page.replace(/<style>.*?<\/style>/s, "").match(/<[^>]*>/g) ?? [];
    for (const tag of tags) {
      expect(tag).not.toMatch(/^<(script|img|link|iframe|object|embed|form|base)\b/i);
      expect(tag).not.toMatch(/\s(on\w+|style|src)=/i);
      expect(tag).not.toMatch(/\shref="(?!#)/);
    }
    expect(page.replace(/<style>.*?<\/style>/s, "")).not.toMatch(/<script/i);
    expect(page).not.toMatch(/url\(|@import/);
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

  it("shows every case that did not stay the same, folded", () => {
    expect(page.match(/<details class="case">/g)).toHaveLength(29);
    expect(page).not.toMatch(/<details[^>]* open/);
  });

  it("shows 300 cases of many, regressed first, and says how many are missing", () => {
    const large = htmlReporter.render(largeReport(100, 400));
    expect(large.match(/<details class="case">/g)).toHaveLength(300);
    expect(textOf(large)).toContain("Not shown here: 103 cases of 403.");
    expect(textOf(large)).toContain("Regressed (300 of 400)");
    expect(textOf(large)).toContain("Show 96 decisions that passed");
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
