import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openaiTarget } from "../../../src/targets/index.ts";
import { type OpenAIServer, startOpenAIServer } from "../../fixtures/openai-server.ts";
import { plays } from "../../support/openai-scenes.ts";
import { outcomes, scenarioNames } from "../../support/scenarios.ts";
import { context, request, targetErrorOf } from "./support.ts";

const keyEnv = "GATEWRIGHT_TEST_KEY";
let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv(keyEnv, "sk-test-4f9a+/secret");
});
afterEach(() => vi.unstubAllEnvs());

const combinations = (["chat", "responses"] as const).flatMap((api) =>
  (["whole", "stream"] as const).flatMap((how) => scenarioNames.map((name) => ({ api, how, name }))),
);

describe("every scenario ends as a failure of the right class or as an answer", () => {
  it.each(combinations)("$api, $how: $name", async ({ api, how, name }) => {
    server.play(plays[api][how][name]);
    const target = openaiTarget({
      model: "stub-1",
      baseURL: server.baseURL,
      apiKeyEnv: keyEnv,
      api,
      stream: how === "stream",
      maximumResponseBytes: 100_000,
    });
    const during = context(name === "timeout" ? AbortSignal.timeout(50) : undefined);
    const expected = outcomes[name];
    if (expected.ends === "failure") {
      const error = await targetErrorOf(() => target.call(request(), during));
      expect(error.failure).toMatchObject(expected.failure);
      expect(error.retryAfterMs).toBe(expected.retryAfterMs);
      if (name === "huge answer") expect(error.message).toMatch(/ of more than (100|800)000 bytes/);
      expect(inspect([error, during.spans], { depth: 20, showHidden: true })).not.toContain("secret");
      return;
    }
    const answer = await target.call(request(), during);
    expect(answer.refused).toBe(expected.refused);
    if (expected.text !== undefined) expect(answer.text).toBe(expected.text);
    if (expected.tool !== undefined) {
      expect(answer.toolCalls).toEqual([{ name: expected.tool, arguments: { q: "a" } }]);
    }
  });
});
