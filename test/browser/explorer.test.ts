import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { htmlReporter } from "../../src/reporters/index.ts";
import {
  canaryReport,
  failingReport,
  inconclusiveReport,
  largeReport,
  passingReport,
  traceReport,
} from "../fixtures/report-example.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const there = existsSync(executablePath);
const pages = {
  fail: htmlReporter.render(failingReport()),
  inconclusive: htmlReporter.render(inconclusiveReport()),
  pass: htmlReporter.render(passingReport()),
  traces: htmlReporter.render(traceReport()),
  canary: htmlReporter.render(canaryReport()),
  large: htmlReporter.render(largeReport(100, 400)),
};
const withoutPolicy = pages.fail.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");

describe.skipIf(!there)(
  `the case explorer in a browser${there ? "" : ` (skipped: no browser at ${executablePath}, set CHROMIUM_PATH)`}`,
  () => {
    let browser: Browser;
    const folder = mkdtempSync(join(tmpdir(), "gatewright-explorer-"));

    beforeAll(async () => {
      const args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"];
      browser = await chromium.launch({ executablePath, args });
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(html: string, address = "", options: BrowserContextOptions = {}) {
      const file = join(folder, "report.html");
      writeFileSync(file, html);
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on("console", (message) => problems.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => problems.push(String(error)));
      page.on("dialog", (dialog) => {
        problems.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(pathToFileURL(file).href)) problems.push(`request of ${request.url()}`);
      });
      await page.goto(pathToFileURL(file).href + address);
      if (options.javaScriptEnabled !== false)
        await page.waitForSelector("html[data-explorer=ready]", { state: "attached" });
      return { page, problems, close: () => context.close() };
    }

    const rows = (page: Page) => page.locator("#explorer .case-row").count();
    const hash = (page: Page) => page.evaluate<string>("decodeURIComponent(location.hash)");

    it("starts with what regressed, and filters by kind, tag, evaluator, label and words", async () => {
      const { page, problems, close } = await open(pages.fail);
      expect(await rows(page)).toBe(26);
      await page.getByLabel("language").selectOption("de");
      expect(await rows(page)).toBe(6);
      await page.getByLabel("Evaluator").selectOption("task_completion");
      expect(await rows(page)).toBe(2);
      await page.getByLabel("Evaluator").selectOption("all");
      await page.getByLabel("Policy label").selectOption("money-movement");
      expect(await rows(page)).toBe(2);
      await page.getByLabel("Policy label").selectOption("all");
      await page.getByLabel("language").selectOption("all");
      await page.getByLabel("Search in all texts").fill("refund-003");
      expect(await rows(page)).toBe(1);
      expect(await page.getByRole("status").textContent()).toContain("1 case of 29");
      await page.getByLabel("Search in all texts").fill("");
      await page.getByRole("radio", { name: /improved/ }).check();
      expect(await page.locator("#explorer .case-row").allTextContents()).toEqual([
        expect.stringContaining("returns-017"),
      ]);
      expect(problems).toEqual([]);
      await close();
    });

    it("makes every view a link that another reader opens", async () => {
      const { page, close } = await open(pages.fail);
      await page.getByLabel("language").selectOption("en");
      await page.getByLabel("Search in all texts").fill("B-2210");
      await page.locator('[data-case="refund-003"]').click();
      const address = await page.evaluate<string>("location.hash");
      expect(await hash(page)).toBe(
        "#cases?change=regressed&cohort=language=en&search=B-2210&case=refund-003",
      );
      const shown = await page.locator("#explorer .case-row").allTextContents();
      await close();
      const other = await open(pages.fail, address);
      expect(await other.page.locator("#explorer .case-row").allTextContents()).toEqual(shown);
      const opened = other.page.locator(".case.open");
      expect(await opened.locator("[data-case]").getAttribute("data-case")).toBe("refund-003");
      expect((await opened.boundingBox())?.y).toBeLessThan(900);
      await other.page.evaluate("location.hash = '#cases?change=errored'");
      await other.page.waitForSelector('[data-case="delivery-041"]');
      expect(await rows(other.page)).toBe(1);
      await other.close();
    });

    it("shows answers word by word, what was expected, why, the calls, and the commands", async () => {
      const { page, close } = await open(pages.fail, "#cases?change=all&case=refund-003");
      const body = page.locator(".case.open .case-body");
      for (const part of [
        "refund_order",
        "by the baseline alone",
        "open_ticket",
        "by the candidate alone",
        "The expected call of refund_order is missing.",
        "npx evals show 2025-03-04T101502Z-7f3a refund-003",
        "--cohort 'tier=free & intent=refund & language=en'",
      ])
        expect(await body.textContent()).toContain(part);
      await page.evaluate("location.hash = '#cases?change=improved&case=returns-017'");
      await page.waitForSelector('.case.open [data-case="returns-017"]');
      expect(await page.locator(".case.open del").allTextContents()).toEqual(["14"]);
      expect(await page.locator(".case.open ins").allTextContents()).toEqual([
        "30",
        ", with the gift receipt",
      ]);
      await close();
    });

    it("is worked by the keyboard alone", async () => {
      const { page, close } = await open(pages.fail);
      await page.getByRole("radio", { name: /regressed/ }).focus();
      await page.keyboard.press("ArrowRight");
      expect(await hash(page)).toBe("#cases?change=errored");
      await page.keyboard.press("Tab");
      await page.keyboard.type("parcel");
      for (let i = 0; i < 12; i++) {
        await page.keyboard.press("Tab");
        if ((await page.evaluate("document.activeElement.className")) === "case-row") break;
      }
      await page.keyboard.press("Enter");
      expect(await page.locator(".case.open").count()).toBe(1);
      await page.keyboard.press("Enter");
      expect(await page.locator(".case.open").count()).toBe(0);
      await close();
    });

    it.each([
      ["with its policy", pages.fail],
      ["without its policy", withoutPolicy],
    ])("lets no hostile answer do anything, %s", async (_, html) => {
      const { page, problems, close } = await open(html, "#cases?change=all&search=hostile-1");
      await page.locator("#explorer .case-row").first().click();
      expect(await page.locator(".case.open .case-body").textContent()).toContain(
        "<script>alert('owned')</script>",
      );
      expect(await page.locator("#explorer script, #explorer img, #explorer iframe").count()).toBe(0);
      await page.waitForTimeout(100);
      expect(problems).toEqual([]);
      await close();
    });

    it.each(
      (["light", "dark"] as const).flatMap((scheme) =>
        [1280, 375].flatMap((width) =>
          [
            ["fail", "#cases?change=all&case=refund-003"],
            ["inconclusive", ""],
            ["pass", ""],
            ["traces", ""],
            ["canary", ""],
          ].map(([name, address]) => [scheme, width, name as keyof typeof pages, address!] as const),
        ),
      ),
    )("has nothing that axe complains of: %s, %i pixels, %s", async (colorScheme, width, name, address) => {
      const options = { colorScheme, viewport: { width, height: 900 } };
      const html = pages[name].replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
      const { page, close } =
        name === "pass" || name === "traces" || name === "canary"
          ? await openStatic(html, options)
          : await open(html, address, options);
      await page.evaluate(axe.source);
      const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((found) => found.violations)",
      );
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
      await close();
    });

    async function openStatic(html: string, options: BrowserContextOptions) {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      await page.setContent(html);
      return { page, close: () => context.close() };
    }

    it("shows the worst cases where no script runs", async () => {
      const { page, close } = await open(pages.fail, "", { javaScriptEnabled: false });
      expect(await page.locator("details.case").count()).toBe(6);
      await page.locator("details.case > summary").first().click();
      expect(await page.locator("details.case[open] .answer").count()).toBe(2);
      await close();
    });

    it("lists many cases in parts", async () => {
      const { page, close } = await open(pages.large);
      expect(await rows(page)).toBe(40);
      await page.getByRole("button", { name: "Show 40 more" }).click();
      expect(await rows(page)).toBe(80);
      await close();
    });

    it("prints without its controls, and keeps the verdict", async () => {
      const { page, close } = await open(pages.fail);
      await page.emulateMedia({ media: "print" });
      expect(await page.locator(".filters").isVisible()).toBe(false);
      expect(await page.locator(".banner h1").isVisible()).toBe(true);
      const pdf = await page.pdf({ format: "A4" });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      await close();
    });
  },
);
