import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { reportSchema } from "../../src/core/report.ts";
import { evals } from "../support/command-line.ts";
import { casesOf, testProject } from "../support/project.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A model API that bears so many calls at a time and refuses the others, asking them to wait. */
async function limitedServer(
  atATime: number,
): Promise<{ url: string; refused: () => number; most: () => number }> {
  let open = 0;
  let most = 0;
  let refused = 0;
  const message = { role: "assistant", content: "right" };
  const answer = JSON.stringify({
    id: "1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message, finish_reason: "stop" }],
  });
  const server = createServer((request, response) => {
    request.resume();
    if (open >= atATime) {
      refused++;
      response.writeHead(429, { "retry-after-ms": "30", "content-type": "application/json" });
      response.end('{"error":{"message":"slow down","type":"requests"}}');
      return;
    }
    open++;
    most = Math.max(most, open);
    setTimeout(() => {
      open--;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(answer);
    }, 10);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, refused: () => refused, most: () => most };
}

it("answers every trial of a provider that bears less than was asked for, and says that it was refused", async () => {
  const server = await limitedServer(3);
  const project = await testProject(casesOf(60));
  project.write(
    "evals/limited.eval.ts",
    `import { defineEvaluation, defineRelease, openaiTarget, taskCompletionEvaluator } from "gatewright";
    const release = (name, system, changes) => defineRelease({ name, changes, components: { retriever: null, guardrail: null, route: null },
      target: openaiTarget({ model: "m", baseURL: ${JSON.stringify(server.url)}, system }) });
    export default defineEvaluation({ name: "limited", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "live",
      candidate: "next", concurrency: 32, retries: 2, releases: [release("live", "a", []), release("next", "b", ["prompt"])],
      evaluators: [taskCompletionEvaluator()] });`,
  );
  const { exitCode, stdout } = await evals(
    project.folder,
    "run",
    "evals/limited.eval.ts",
    "--no-html",
    "--json",
  );
  expect(exitCode).toBe(0);
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.operations.slice(0, 2).map(({ answered }) => answered)).toEqual([60, 60]);
  expect(server.refused()).toBeGreaterThan(0);
  const said = report.comparability.find(({ subject }) => subject === "rate limits")?.message ?? "";
  const counts = [.../(\d+) attempts? of the baseline and (\d+) of the candidate/.exec(said)!]
    .slice(1)
    .map(Number);
  expect(counts[0]! + counts[1]!).toBe(server.refused());
  const [, least, slowed, all] = /only (\d+) instead of 32 .* (\d+) of (\d+) attempts/
    .exec(said)!
    .map(Number);
  expect(least).toBeLessThanOrEqual(16);
  expect(slowed).toBeGreaterThan(0);
  expect(all).toBe(120 + server.refused());
  expect(report.operations[1]!.firstAttemptRate).toBeLessThan(1);
});
