import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderSeriesPage } from "../../src/reporters/html/series-page.tsx";
import { historyPromotions, historyReports } from "../fixtures/report-history.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const there = existsSync(executablePath);
const long = "x".repeat(180);
const pages = {
  promotions: renderSeriesPage(historyReports(), historyPromotions()),
  "no promotions": renderSeriesPage(historyReports()),
  "long names": renderSeriesPage(
    historyReports(),
    historyPromotions({ by: long, note: long, despite: `${long} ${long}`, runId: long }),
  ),
};
type PageName = keyof typeof pages;
const names = Object.keys(pages) as PageName[];

describe.skipIf(!there)(
  `the history in a browser${there ? "" : ` (skipped: no browser at ${executablePath}, set CHROMIUM_PATH)`}`,
  () => {
    let browser: Browser;
    const folder = mkdtempSync(join(tmpdir(), "gatewright-history-"));

    beforeAll(async () => {
      const args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"];
      browser = await chromium.launch({ executablePath, args });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(name: PageName, width: number) {
      const file = join(folder, `${name.replaceAll(" ", "-")}.html`);
      writeFileSync(file, pages[name]);
      const context = await browser.newContext({ viewport: { width, height: 800 } });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("request", (request) => {
        if (request.url().split("#")[0] !== pathToFileURL(file).href)
          problems.push(`request of ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href);
      return { page, problems, close: () => context.close() };
    }

    it.each(names)("loads nothing, complains of nothing and fits every width: %s", async (name) => {
      const { page, problems, close } = await open(name, 375);
      for (const width of [320, 375, 600, 800, 1000, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const overflow = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(overflow, `${width} pixels`).toBeLessThanOrEqual(0);
      }
      expect(problems).toEqual([]);
      await close();
    });

    it("draws a mark between the runs for each promotion since the first, and says all in the table", async () => {
      const { page, close } = await open("promotions", 1280);
      const drawing = page.locator("svg.series").first();
      expect(await drawing.locator("g.promotion").count()).toBe(3);
      expect(await drawing.locator("g.rollback").count()).toBe(1);
      const xOf = async (selector: string) =>
        Promise.all(
          (await drawing.locator(selector).all()).map(async (each) => {
            const box = (await each.boundingBox())!;
            return box.x + box.width / 2;
          }),
        );
      const runs = await xOf("circle.point");
      const marks = (await xOf("g.promotion, g.rollback")).sort((a, b) => a - b);
      // One after the first run, two after the second, one after the last, each clear of the points of the runs.
      expect(marks.map((mark) => runs.filter((run) => run < mark).length)).toEqual([1, 2, 2, runs.length]);
      expect(Math.min(...marks.flatMap((mark) => runs.map((run) => Math.abs(run - mark))))).toBeGreaterThan(
        4,
      );
      const rows = await page.locator("#promotions tbody tr:not(.note)").allInnerTexts();
      expect(rows).toHaveLength(5);
      const text = await page.locator("#promotions").innerText();
      for (const part of [
        "despite its verdict, fail: the old one leaks addresses",
        "which was live by the record",
        "Note: the spring release",
        "Note: refunds without approval",
        "Grace Hopper",
      ])
        expect(text).toContain(part);
      await close();
    });

    it("leads from a promotion to its run", async () => {
      const { page, close } = await open("promotions", 1280);
      await page.locator("#promotions a", { hasText: "run-of-day-9" }).click();
      expect(page.url()).toMatch(/#run-6$/);
      expect(await page.locator("#run-6").innerText()).toBe("6");
      expect(await page.locator("#promotions a", { hasText: "removed-run" }).count()).toBe(0);
      await close();
    });

    it.each((["light", "dark"] as const).flatMap((scheme) => names.map((name) => [scheme, name] as const)))(
      "has nothing that axe complains of: %s, %s",
      async (colorScheme, name) => {
        for (const width of [375, 1280]) {
          const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
          const page = await context.newPage();
          await page.setContent(pages[name].replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""));
          await page.evaluate(axe.source);
          const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
            "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((found) => found.violations)",
          );
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
          await context.close();
        }
      },
    );
  },
);
