// `npm run demo`: from a fresh clone to a verdict. Ends 0 when the verdict is the right one: the candidate must be blocked.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, install, root } from "./install.mjs";

const evaluation = "evals/support-agent.eval.ts";
const bin = join(root, "dist", "cli", "bin.js");

try {
  install();
  build();
} catch (error) {
  process.exit(error.status || 1);
}

console.log(`\n$ npx evals run ${evaluation}\n`);
const shown = spawnSync(process.execPath, [bin, "run", evaluation], { stdio: "inherit", cwd: root });
const asked = spawnSync(process.execPath, [bin, "report", "latest", "--json"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 256 * 1024 * 1024,
});
const report = shown.status === 1 ? JSON.parse(asked.stdout) : null;
const culprit = report?.decisions.find(({ decision }) => decision === "fail")?.cohort;
const isRight = culprit === "tier=free & intent=refund";

console.log("");
if (isRight) {
  console.log(
    `What this means: the candidate answers better on average, yet it would pay out refunds to free-plan customers without approval (${culprit}), ` +
      `so it must not ship. A CI job would have seen exit code ${shown.status} and blocked the merge.`,
  );
  console.log(
    "Look at it: reports/support-agent.html in a browser, or `npx evals show latest CASE` for one of the cases above.",
  );
} else {
  console.error(
    `The demo went wrong: exit code ${shown.status}, worst cohort ${culprit ?? "none"}; the candidate should have been blocked on tier=free & intent=refund.`,
  );
}
process.exitCode = isRight ? 0 : 1;
