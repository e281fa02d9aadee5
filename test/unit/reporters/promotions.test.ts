import { describe, expect, it } from "vitest";
import type { KnownPromotions, PromotionMark } from "../../../src/core/promotion.ts";
import type { Report } from "../../../src/core/report.ts";
import { renderSeriesPage } from "../../../src/reporters/html/series-page.tsx";
import { htmlReporter } from "../../../src/reporters/index.ts";
import { renderPromotions, renderRecorded } from "../../../src/reporters/promotions.ts";
import { renderSeries } from "../../../src/reporters/series.ts";
import { passingReport } from "../../fixtures/report-example.ts";
import { historyPromotions, historyReports } from "../../fixtures/report-history.ts";

/** Text of a page's fact by its name, without the tags. */
function fact(html: string, name: string): string | undefined {
  const [, after] = html.split(`<dt>${name}</dt>`);
  return after
    ?.slice(0, after.indexOf("</dd>"))
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function pageWith(promotions: KnownPromotions | undefined): string {
  const report = passingReport();
  const { promotions: _, ...provenance } = report.provenance!;
  const own: Report = { ...report, provenance: { ...provenance, ...(promotions && { promotions }) } };
  return htmlReporter.render(own);
}

const mark: PromotionMark = {
  kind: "promotion",
  number: 3,
  at: "2026-01-31T14:25:00.000Z",
  by: "Ada",
  runId: "run-7",
  verdict: "fail",
  despite: "the old one leaks",
  release: { name: "support-12", fingerprint: "f".repeat(64) },
};

describe("what exactly was compared", () => {
  it("names when the baseline was promoted, by whom, by which run, and despite what", () => {
    const text = fact(pageWith({ live: mark, differences: [], baseline: mark }), "Baseline live since");
    expect(text).toContain("2026-01-31 14:25 UTC by Ada");
    expect(text).toContain("by run run-7 (fail)");
    expect(text).toContain("despite its verdict, fail: the old one leaks");
  });

  it("says when it is not recorded, and nothing where nothing was recorded", () => {
    expect(fact(pageWith({ live: mark, differences: ["prompt"] }), "Baseline live since")).toBe(
      "not recorded",
    );
    expect(fact(pageWith(undefined), "Baseline live since")).toBeUndefined();
  });

  it("says so when it is live by a rollback to what was live before anything was recorded", () => {
    const { despite: _, ...rest } = mark;
    const back: PromotionMark = { ...rest, kind: "rollback", runId: null, verdict: null };
    const text = fact(pageWith({ live: back, differences: [], baseline: back }), "Baseline live since");
    expect(text).toBe("2026-01-31 14:25 UTC by Ada, by a rollback");
  });
});

describe("hostile text", () => {
  const hostile = "<script>alert(1)</script>\u001b[2J\u202e\n\nline";
  const promotions = historyPromotions({
    by: hostile,
    note: hostile,
    despite: hostile,
    caveats: [hostile],
    runId: hostile,
  });

  it("reaches no terminal as it is", () => {
    const texts = [
      renderPromotions(promotions),
      ...promotions.map((each) => renderRecorded(each, true)),
      ...promotions.map((each) => renderRecorded(each, false)),
      renderSeries(historyReports(), promotions),
    ];
    for (const text of texts) {
      expect(text).not.toContain("\u001b");
      expect(text).not.toContain("\u202e");
      expect(text).not.toMatch(/^line/m);
    }
  });

  it("is no markup on the page", () => {
    const page = renderSeriesPage(historyReports(), promotions);
    expect(page).toContain("&lt;script>");
    expect(page).not.toContain("<script");
    expect(page).not.toContain("\u001b");
  });
});

describe("the history page", () => {
  it("is the same as ever where nothing was promoted", () => {
    expect(renderSeriesPage(historyReports(), [])).toBe(renderSeriesPage(historyReports()));
    expect(renderSeriesPage(historyReports())).not.toContain("What was live");
  });
});
