import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { junitReporter } from "../../../src/reporters/index.ts";
import { hostile } from "../../fixtures/report-cases.ts";
import { marginDecision } from "../../fixtures/report-decisions.ts";
import {
  failingReport,
  inconclusiveReport,
  passingReport,
  refusedReport,
} from "../../fixtures/report-example.ts";
import { elements, parseXml } from "./xml.ts";

const counts = (source: string) => {
  const root = parseXml(source);
  return { ...root.attributes, cases: elements(root, "testcase").length };
};

describe("junit", () => {
  it("counts one test case for each decision, and fails what is not proven", () => {
    const root = parseXml(junitReporter.render(failingReport()));
    expect(root.attributes).toEqual({
      name: "support-agent",
      tests: "7",
      failures: "2",
      errors: "0",
      skipped: "0",
    });
    const [blocking, advisory] = elements(root, "testsuite");
    expect(blocking?.attributes).toMatchObject({ name: "release: blocking", tests: "5", failures: "2" });
    expect(advisory?.attributes).toMatchObject({ name: "release: advisory", tests: "2", failures: "0" });
    expect(elements(root, "testcase")).toHaveLength(7);
    expect(elements(root, "failure").map(({ attributes }) => attributes.type)).toEqual([
      "fail",
      "inconclusive",
    ]);
    const [first] = elements(root, "testcase");
    expect(first?.attributes).toEqual({
      classname: "tool_selection",
      name: "tier=free & intent=refund: loses at most 5.0 points",
    });
  });

  it("never shows green for an inconclusive gate", () => {
    expect(counts(junitReporter.render(inconclusiveReport()))).toMatchObject({ failures: "1" });
  });

  it("flags an advisory decision that did not pass in its name, without failing", () => {
    const root = parseXml(junitReporter.render(failingReport()));
    const flagged = elements(root, "testcase").filter(({ attributes }) =>
      attributes.name?.startsWith("[advisory: inconclusive]"),
    );
    expect(flagged).toHaveLength(1);
    expect(flagged[0]?.children.map(({ name }) => name)).toEqual(["system-out"]);
  });

  it("is green for a pass", () => {
    expect(counts(junitReporter.render(passingReport()))).toMatchObject({
      tests: "4",
      failures: "0",
      errors: "0",
      cases: 4,
    });
  });

  it("shows a refused run as one error", () => {
    const root = parseXml(junitReporter.render(refusedReport()));
    expect(elements(root, "testcase")).toHaveLength(1);
    expect(elements(root, "error")[0]?.attributes.type).toBe("NOT_COMPARABLE");
    expect(root.attributes).toMatchObject({ tests: "1", failures: "0", errors: "1" });
  });

  it.each([
    ["a pass without decisions", { ...passingReport(), decisions: [] }],
    ["an interrupted run whose decisions passed", { ...passingReport(), exitCode: 130 }],
    [
      "an inconclusive verdict over passed decisions",
      { ...passingReport(), verdict: "inconclusive" as const },
    ],
    ["an error over passed decisions", { ...passingReport(), verdict: "error" as const, exitCode: 4 }],
  ])("is red for %s", (_, report) => {
    const { failures, errors } = parseXml(junitReporter.render(report)).attributes;
    expect(Number(failures) + Number(errors)).toBe(1);
  });

  it("uses an error element for what could not be measured", () => {
    const decisions = [
      marginDecision({ decision: "error", estimate: null, interval: null, reason: "no scores" }),
    ];
    const root = parseXml(
      junitReporter.render({ ...failingReport(), verdict: "error", exitCode: 4, decisions }),
    );
    expect(elements(root, "error")).toHaveLength(1);
    expect(elements(root, "failure")).toHaveLength(0);
  });

  it("stays well-formed with hostile names and reasons", () => {
    const everything = Object.values(hostile).join(" ");
    const decisions = (["fail", "inconclusive", "pass"] as const).flatMap((decision) =>
      (["blocking", "advisory"] as const).map((severity) =>
        marginDecision({
          decision,
          severity,
          cohort: everything,
          metric: everything,
          reason: everything,
        }),
      ),
    );
    const source = junitReporter.render({ ...failingReport(), decisions, headline: everything });
    expect(counts(source)).toMatchObject({ tests: "6", failures: "2" });
    expect(elements(parseXml(source), "failure")[0]?.attributes.message).toContain("<script>alert('owned')");
  });

  const python = spawnSync("python3", ["-c", "import xml.dom.minidom"]).status === 0;
  it.skipIf(!python)(`is read by Python's parser${python ? "" : " (skipped: no python3 here)"}`, () => {
    const read = spawnSync("python3", ["-c", "import sys, xml.dom.minidom as d; d.parse(sys.stdin.buffer)"], {
      input: junitReporter.render(failingReport()),
    });
    expect(read.stderr.toString()).toBe("");
    expect(read.status).toBe(0);
  });
});
