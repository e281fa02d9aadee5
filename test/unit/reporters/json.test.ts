import { expect, it } from "vitest";
import { jsonReporter } from "../../../src/reporters/index.ts";
import { failingReport } from "../../fixtures/report-example.ts";

it("gives back the report, in ASCII where a character would be unseen", () => {
  const report = failingReport();
  const text = jsonReporter.render(report);
  expect(JSON.parse(text)).toEqual(report);
  expect(text.startsWith('{\n  "schemaVersion": 1,\n')).toBe(true);
  expect(text).toContain("\\u202e");
  expect(text).toContain("\\u009b");
  expect(text).not.toContain("\u009b");
});
