// `npm run demo`: from a fresh clone to three verdicts. Ends 0 when each is the right one.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { build, install, root } from "./install.mjs";

const bin = join(root, "dist", "cli", "bin.js");
const refundsOfFreePlan = "tier=free & intent=refund";

/** What is run, and which cohort must be found to be worse: none where the candidate may ship. */
const runs = [
  {
    command: ["evals/support-agent.eval.ts"],
    blockedOn: refundsOfFreePlan,
    meaning:
      `the candidate answers better on average, yet it would pay out refunds to free-plan customers without approval (${refundsOfFreePlan}), ` +
      "so it must not ship. A CI job would have seen exit code 1 and blocked the merge.\n" +
      "Look at it: reports/support-agent.html in a browser, or `npx evals show latest CASE` for one of the cases above.",
  },
  {
    command: ["evals/local-model.eval.ts", "--candidate", "quantised"],
    blockedOn: null,
    meaning:
      "two real language models ran in this process by llama.cpp. The candidate has the live weights in four bits, " +
      "a third of the size, and is let through with exit code 0.",
  },
  {
    command: ["evals/local-model.eval.ts", "--candidate", "update"],
    blockedOn: refundsOfFreePlan,
    meaning:
      "this candidate is the live model after more training, on data with one labelling fault. It gets far more cases right, in every tier and " +
      `language, and is blocked all the same: ${refundsOfFreePlan}. models/README.md tells how it was made.`,
  },
];

/** Runs one evaluation in view; says what is wrong with its verdict, or null. */
function problemOf({ command, blockedOn }) {
  console.log(`\n$ npx evals run ${command.join(" ")}\n`);
  const shown = spawnSync(process.execPath, [bin, "run", ...command], { stdio: "inherit", cwd: root });
  const wanted = blockedOn === null ? 0 : 1;
  if (shown.status !== wanted) return `exit code ${shown.status} instead of ${wanted}`;
  const asked = spawnSync(process.execPath, [bin, "report", "latest", "--json"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  const { decisions } = JSON.parse(asked.stdout);
  const culprit = decisions.find(({ decision }) => decision === "fail")?.cohort ?? null;
  return culprit === blockedOn ? null : `worst cohort ${culprit ?? "none"} instead of ${blockedOn ?? "none"}`;
}

try {
  install();
  build();
} catch (error) {
  process.exit(error.status || 1);
}

for (const run of runs) {
  const problem = problemOf(run);
  if (problem !== null) {
    console.error(`\nThe demo went wrong at evals run ${run.command.join(" ")}: ${problem}.`);
    process.exit(1);
  }
  console.log(`\nWhat this means: ${run.meaning}`);
}
