import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { htmlReporter } from "../../src/reporters/index.ts";
import {
  canaryReport,
  failingReport,
  inconclusiveReport,
  largeReport,
  passingReport,
  refusedReport,
  traceReport,
  waivedReport,
} from "../fixtures/report-example.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const there = existsSync(executablePath);
const reports: Record<string, Report> = {
  fail: failingReport(),
  inconclusive: inconclusiveReport(),
  pass: passingReport(),
  refused: refusedReport(),
  canary: canaryReport(),
  large: largeReport(100, 60),
  traces: traceReport(),
  waived: waivedReport(),
  "long names": withLongNames(),
  "usual names": withUsualNames(),
};

/** Names of several parts, as teams give them: longer than a column is wide, and no part of them is. */
function withUsualNames(): Report {
  const report = failingReport();
  const cohort = "customer_segment=self_service_annual & language=pt-BR";
  const metric = "citation_groundedness_strict.value";
  const release = "support_agent_2026-11-20_gpt-4.1-mini+rerank/v4";
  const run = report.provenance!;
  return {
    ...report,
    decisions: report.decisions.map((each) => ({ ...each, cohort, metric })),
    comparisons: report.comparisons.map((each) => ({ ...each, cohort, metric })),
    operations: report.operations.map((each) => ({ ...each, cohort })),
    comparability: [{ level: "note", subject: metric, message: `${metric} in ${cohort} of ${release}` }],
    cases: report.cases.map((each, i) => ({
      ...each,
      caseId: `enterprise_customers/refunds_after_return-${i}`,
    })),
    provenance: {
      ...run,
      evaluation: {
        name: "enterprise_customers.brazil",
        file: "evals/enterprise_customers/brazil/support_agent.eval.ts",
      },
      candidate: { ...run.candidate, name: release },
    },
  };
}

function withLongNames(): Report {
  const report = failingReport();
  const long = "intent=".padEnd(400, "x");
  return {
    ...report,
    headline: `${long} ${report.headline}`,
    decisions: report.decisions.map((each) => ({ ...each, cohort: long, metric: long })),
    comparisons: report.comparisons.map((each) => ({ ...each, cohort: long, metric: long })),
    operations: report.operations.map((each) => ({ ...each, cohort: long })),
    comparability: [{ level: "note", subject: long, message: long }],
    cases: report.cases.map((each) => ({ ...each, caseId: long, input: long, cohorts: { [long]: long } })),
  };
}

// Scripts of the page's own console: the page itself runs none.
const contrastScript = `(selector) => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, i) => sum + each * [0.2126, 0.7152, 0.0722][i], 0);
  const element = document.querySelector(selector);
  let behind = element;
  while (parse(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map((each) => light(parse(each)));
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}`;

/** Names that go on in the next line within a word: after a letter or digit, and before another. */
const brokenWordsScript = `() => [...document.querySelectorAll("bdi, code")].flatMap((name) => {
  const found = [];
  const walker = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
  let before = null;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    for (let i = 0; i < node.data.length; i++) {
      const range = document.createRange();
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const box = range.getClientRects()[0];
      const after = { character: node.data[i], bottom: box?.bottom ?? before?.bottom ?? 0 };
      const isNext = before !== null && box !== undefined && box.top >= before.bottom - 1;
      if (isNext && /[\\p{L}\\p{N}]/u.test(before.character) && /[\\p{L}\\p{N}]/u.test(after.character))
        found.push(name.textContent + ": " + before.character + "|" + after.character);
      before = after;
    }
  return found;
})`;

describe.skipIf(!there)(
  `the page in a browser${there ? "" : ` (skipped: no browser at ${executablePath}, set CHROMIUM_PATH)`}`,
  () => {
    let browser: Browser;
    const folder = mkdtempSync(join(tmpdir(), "gatewright-html-"));

    beforeAll(async () => {
      const args = [
        "--no-sandbox",
        "--headless",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ];
      browser = await chromium.launch({ executablePath, args });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(name: string, width: number, colorScheme: "light" | "dark" = "light") {
      const file = join(folder, `${name.replaceAll(" ", "-")}.html`);
      writeFileSync(file, htmlReporter.render(reports[name]!));
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("request", (request) => {
        if (request.url() !== pathToFileURL(file).href) problems.push(`request of ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href);
      return { page, problems, close: () => context.close() };
    }

    const overflow = (page: Page) =>
      page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    it.each(Object.keys(reports))(
      "loads nothing, complains of nothing and fits every width: %s",
      async (name) => {
        const { page, problems, close } = await open(name, 375);
        for (const width of [320, 375, 600, 800, 1000, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          expect(await overflow(page), `${width} pixels`).toBeLessThanOrEqual(0);
        }
        expect(problems).toEqual([]);
        await close();
      },
    );

    it.each(Object.keys(reports))("fits paper: %s", async (name) => {
      const { page, close } = await open(name, 718);
      await page.emulateMedia({ media: "print" });
      // A4 and Letter between margins of one centimetre, and of one inch.
      for (const width of [718, 740, 602]) {
        await page.setViewportSize({ width, height: 1000 });
        expect(await overflow(page), `${width} pixels`).toBeLessThanOrEqual(0);
      }
      await close();
    });

    it.each([375, 768, 1280])("breaks no name inside of a word at %i pixels", async (width) => {
      const { page, close } = await open("usual names", width);
      await page.locator(".case-row").first().click();
      expect(await page.evaluate<string[]>(`(${brokenWordsScript})()`)).toEqual([]);
      await close();
    });

    // A number stays with its unit, and the words before it stay together.
    it.each([
      { name: "fail", width: 1280, lines: 1 },
      { name: "fail", width: 1000, lines: 2 },
      { name: "usual names", width: 1280, lines: 2 },
      { name: "fail", width: 375, lines: 1 },
    ])("shows a rule in at most $lines line(s) at $width pixels: $name", async ({ name, width, lines }) => {
      const { page, close } = await open(name, width);
      const counts = await page.evaluate<
        number[]
      >(`[...document.querySelectorAll("#decisions tr:not(.note) td:last-child > span")]
        .map((rule) => new Set([...rule.getClientRects()].map(({ top }) => top)).size)`);
      expect(counts.length).toBeGreaterThan(3);
      expect(Math.max(...counts)).toBeLessThanOrEqual(lines);
      await close();
    });

    it("gives a broken name to the clipboard as it is", async () => {
      const { page, close } = await open("usual names", 1280);
      const copied = await page.evaluate<string>(`(() => {
        getSelection().selectAllChildren(document.querySelector("#decisions tbody code"));
        return getSelection().toString();
      })()`);
      expect(copied).toBe("citation_groundedness_strict.value");
      await close();
    });

    it("fits with each case open", async () => {
      const { page, problems, close } = await open("fail", 375);
      await page.getByRole("radio", { name: /^all/ }).check();
      for (let i = 0; i < 29; i++) {
        await page.locator(".case-row").nth(i).click();
        expect(await page.locator(".case.open .case-body").count()).toBe(1);
        expect(await overflow(page)).toBeLessThanOrEqual(0);
      }
      expect(problems).toEqual([]);
      await close();
    });

    it.each([375, 1280])(
      "shows verdict, headline, who is hurt and by how much above the fold at %i pixels",
      async (width) => {
        const { page, close } = await open("fail", width);
        for (const selector of [
          ".banner h1",
          ".headline",
          ".facts .answer-word >> nth=0",
          ".facts .answer-word >> nth=1",
        ]) {
          const box = await page.locator(selector).boundingBox();
          expect((box?.y ?? 9999) + (box?.height ?? 0), selector).toBeLessThan(800);
        }
        await close();
      },
    );

    it("applies its style although the policy forbids every other", async () => {
      const { page, close } = await open("fail", 1280);
      expect(await page.evaluate("getComputedStyle(document.querySelector('.banner')).display")).toBe("grid");
      await close();
    });

    it.each(
      (["light", "dark"] as const).flatMap((scheme) =>
        ["fail", "inconclusive", "pass", "refused"].map((name) => [scheme, name] as const),
      ),
    )("has enough contrast: %s, %s", async (scheme, name) => {
      const { page, close } = await open(name, 1280, scheme);
      const selectors = [
        "h1",
        ".meaning",
        ".headline",
        ".facts dt",
        ".facts dd",
        ".banner-symbol",
        "h2",
        "nav a",
        "footer p",
      ];
      if (name !== "refused") selectors.push(".mark", ".mark .symbol", "thead th", ".lead", ".kind");
      for (const selector of selectors) {
        if ((await page.locator(selector).count()) === 0) continue;
        const ratio = await page.evaluate<number>(`(${contrastScript})(${JSON.stringify(selector)})`);
        expect(ratio, selector).toBeGreaterThanOrEqual(4.5);
      }
      await close();
    });

    it("can be read by its landmarks and headings", async () => {
      const { page, close } = await open("fail", 1280);
      expect(await page.getByRole("main").count()).toBe(1);
      expect(await page.getByRole("banner").count()).toBe(1);
      expect(await page.getByRole("navigation").count()).toBe(1);
      expect(await page.getByRole("contentinfo").count()).toBe(1);
      expect(await page.getByRole("heading", { level: 1 }).textContent()).toContain("Fail");
      expect(await page.getByRole("table").count()).toBeGreaterThanOrEqual(5);
      await close();
    });
  },
);
