import { describe, expect, it } from "vitest";
import { evals } from "../support/command-line.ts";
import { casesOf, testProject } from "../support/project.ts";

// The Chicago Manual of Style, 9.54: commas between groups of three digits, so that 11157 is not read as 1115.
const gate = `import { defineGate } from "gatewright";
export default defineGate({
  name: "tiny",
  criteria: [
    { metric: "task_completion", margin: 0.1, cohorts: ["all", "tier=*"] },
    { metric: "task_completion", margin: 0.0004, severity: "advisory" },
    { metric: "task_completion.value", margin: 0.1, severity: "advisory" },
    { metric: "task_completion", atLeast: 0.9999, severity: "advisory" },
    { metric: "latency_ms.p99", maximumRatio: 1.2, severity: "advisory" },
    { metric: "error_rate", atMost: 0.1 },
  ],
});
`;

/** Numbers of four digits and more without commas, with what stands around them; not those within names, addresses, dates and times. */
function bareNumbers(text: string): string[] {
  // The seed is no amount: it is typed again as it stands.
  const amounts = text.replace(/seed\s+\d+/gi, "");
  const found = amounts.matchAll(/(?<![\w.,:/#-])\d{4,}(?![\w:/-]|[.,]\d)/g);
  return [...found].map(({ index }) => amounts.slice(Math.max(0, index - 60), index + 60));
}

const visibleText = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>|<script[\s\S]*?<\/script>|<pre>[\s\S]*?<\/pre>/g, "")
    .replace(/<wbr\/>/g, "")
    .replace(/<[^>]*>/g, " ");

describe("whole numbers for people", () => {
  it("have commas in every format and message of a large run", async () => {
    const cases = casesOf(3600, (index) => ({
      ...(index % 3 === 0 ? { candidate: "wrong" } : {}),
      ...(index % 4 === 1 ? { live: "wrong" } : {}),
      ...(index % 50 === 2 ? { candidate: "!timeout" } : {}),
      ...(index % 20 === 3 ? { language: "de" } : {}),
      cluster: `group-${Math.floor(index / 2)}`,
    }));
    const project = await testProject(cases);
    project.write("gates/tiny.gate.ts", gate);
    const { folder } = project;
    const outputs = ["--markdown", "r.md", "--junit", "r.xml", "--html", "r.html"];
    const ran = await evals(folder, "run", "evals/tiny.eval.ts", ...outputs);
    expect(ran.stdout).toContain("3,600");
    const texts: Record<string, string> = {
      "evals run": ran.stdout,
      "evals run, progress": ran.stderr,
      markdown: project.read("r.md"),
      // Properties are for machines.
      junit: project.read("r.xml").replace(/<property [^>]*>/g, ""),
      html: visibleText(project.read("r.html")),
    };
    for (const command of [
      ["power", "evals/tiny.eval.ts"],
      ["dataset", "check", "datasets/tiny"],
      ["cache", "list"],
    ]) {
      const { stdout, stderr } = await evals(folder, ...command);
      texts[`evals ${command.join(" ")}`] = stdout + stderr;
    }
    for (const [name, text] of Object.entries(texts)) expect(bareNumbers(text), name).toEqual([]);
  });
});
