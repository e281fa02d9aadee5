import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import { retryAfterMs } from "../../../src/targets/connection.ts";
import { type OpenAITargetOptions, openaiTarget } from "../../../src/targets/index.ts";
import { openaiFailure } from "../../../src/targets/openai-failure.ts";
import {
  failing,
  json,
  type OpenAIServer,
  raw,
  type Scene,
  scenes,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { context, request, targetErrorOf } from "./support.ts";

const keyEnv = "GATEWRIGHT_TEST_KEY";
const key = 'sk-test-4f9a+/"secret';
let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv(keyEnv, key);
});
afterEach(() => vi.unstubAllEnvs());

const target = (options: Partial<OpenAITargetOptions> = {}) =>
  openaiTarget({ model: "stub-1", baseURL: server.baseURL, apiKeyEnv: keyEnv, ...options });

/** The error of one call, with every place searched for the key. */
async function errorOf(scene: Scene, signal?: AbortSignal, options: Partial<OpenAITargetOptions> = {}) {
  server.play(scene);
  const during = context(signal);
  const error = await targetErrorOf(() => target(options).call(request(), during));
  const everywhere = inspect([error, during.spans], { depth: 20, showHidden: true });
  expect(everywhere + JSON.stringify(error)).not.toMatch(/secret/i);
  return error;
}

describe("failures of openaiTarget", () => {
  it.each([
    [400, "provider", false],
    [401, "provider", false],
    [403, "provider", false],
    [404, "provider", false],
    [408, "provider", true],
    [409, "provider", true],
    [413, "provider", false],
    [422, "provider", false],
    [429, "rate_limit", true],
    [500, "provider", true],
    [503, "provider", true],
    [529, "provider", true],
  ])("status %i is %s, retryable %s", async (status, kind, retryable) => {
    const before = server.requests.length;
    const { failure } = await errorOf(failing(status, "Some words."));
    expect(failure).toMatchObject({ kind, retryable, statusCode: status });
    expect(failure.message).toContain(`answered ${status}: Some words.`);
    expect(server.requests.length).toBe(before + 1);
  });

  it("hands on how long to wait", async () => {
    expect((await errorOf(scenes.rateLimited())).retryAfterMs).toBeUndefined();
    expect((await errorOf(scenes.rateLimited({ "retry-after": "3" }))).retryAfterMs).toBe(3000);
    expect(
      (await errorOf(scenes.rateLimited({ "retry-after": "3", "retry-after-ms": "250.5" }))).retryAfterMs,
    ).toBe(251);
    const date = "Wed, 21 Oct 2026 07:28:00 GMT";
    const later = "Wed, 21 Oct 2026 07:28:20 GMT";
    expect((await errorOf(scenes.rateLimited({ date, "retry-after": later }))).retryAfterMs).toBe(20_000);
    expect((await errorOf(failing(503, "busy", null, { "retry-after": "1" }))).retryAfterMs).toBe(1000);
    expect((await errorOf(failing(400, "bad", null, { "retry-after": "1" }))).retryAfterMs).toBeUndefined();
  });

  it.each([
    [{ "retry-after": "0" }, 0],
    [{ "retry-after": "1.5" }, 1500],
    [{ "retry-after": "-1" }, undefined],
    [{ "retry-after": "soon 5" }, undefined],
    [{ "retry-after": "Thu, 01 Jan 1970 00:01:00 GMT" }, 50_000],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
    [{ "retry-after-ms": "x", "retry-after": "2" }, 2000],
    [{}, undefined],
  ])("reads %j as %s ms", (headers, expected) => {
    expect(retryAfterMs(new Headers(headers as Record<string, string>), 10_000)).toBe(expected);
  });

  it("a quota that is spent is no rate limit", async () => {
    const { failure } = await errorOf(scenes.quotaSpent());
    expect(failure).toMatchObject({ kind: "provider", retryable: false, statusCode: 429 });
  });

  it("names the variable of a key that is refused, and takes the key out of the provider's words", async () => {
    const { failure } = await errorOf(scenes.unauthorised());
    expect(failure.message).toContain(`(the key comes from ${keyEnv})`);
    expect(failure.message).toContain('provided in "[redacted]"');
    server.play(failing(401, "Who are you?"));
    const { baseURL } = server;
    const open = await targetErrorOf(() => openaiTarget({ model: "m", baseURL }).call(request(), context()));
    expect(open.message).toContain("(no API key was sent)");
  });

  it.each([
    ["as it is", key],
    ["with Bearer", `bearer ${key}`],
    ["in other letters", key.toUpperCase()],
    ["in a URL", encodeURIComponent(key)],
    ["in Base64", Buffer.from(key).toString("base64")],
    ["over the cut", `${"x".repeat(490)}${key}`],
  ])("takes the key out %s", async (_how, echo) => {
    const { failure } = await errorOf(failing(500, echo));
    expect(failure.message).not.toContain(Buffer.from(key).toString("base64"));
    expect(failure.message).not.toMatch(/sk-test|bearer/i);
    await errorOf(json({ detail: { echo } }, 500));
    await errorOf(raw(echo, "text/plain", 500));
    await errorOf(raw(echo, "text/plain", 200));
    await errorOf(raw(echo, "application/json", 200));
  });

  it("takes out secret headers too", async () => {
    const echo: Scene = (seen, response) => failing(500, `key ${seen.headers["x-api-key"]}`)(seen, response);
    const { failure } = await errorOf(echo, undefined, { headers: { "X-Api-Key": "other-secret" } });
    expect(failure.message).toMatch(/: key \[redacted\]$/);
  });

  it("keeps the words of any error body, on one line and cut", async () => {
    expect((await errorOf(json({ detail: "no such model" }, 404))).message).toContain("no such model");
    expect((await errorOf(json({ error: "plain words" }, 400))).message).toContain("plain words");
    expect((await errorOf(raw("<h1>Bad\n gateway</h1>", "text/html", 502))).message).toContain(
      "<h1>Bad gateway</h1>",
    );
    expect((await errorOf(raw("", "text/plain", 500))).message).toMatch(/500: status code \(no body\)$/);
    expect((await errorOf(raw("", "text/plain", 304))).failure.statusCode).toBe(304);
    const long = (await errorOf(failing(500, `\u001b[31m${"😀".repeat(3000)}`))).message;
    expect(long.length).toBeLessThan(560);
    expect(long).toMatch(/😀…$/);
    expect(long).not.toContain("\u001b");
  });

  it.each([
    ["before the headers", scenes.resetAtOnce(), "could not reach"],
    ["in the body", scenes.resetMidBody(), "the connection to"],
  ])("a connection that breaks %s is retryable", async (_when, scene, words) => {
    const { failure } = await errorOf(scene);
    expect(failure).toMatchObject({ kind: "provider", retryable: true });
    expect(failure.message).toContain(words);
  });

  it("a server that is not there is retryable", async () => {
    const gone = await startOpenAIServer();
    await gone.close();
    const { failure } = await errorOf(scenes.ok(), undefined, { baseURL: gone.baseURL });
    expect(failure).toMatchObject({ kind: "provider", retryable: true });
    expect(failure.message).toMatch(/^could not reach 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  });

  it.each([
    ["the headers", scenes.hang()],
    ["the body", scenes.hangMidBody()],
  ])("a hang before the end of %s ends with the signal", async (_where, scene) => {
    const late = await errorOf(scene, AbortSignal.timeout(50));
    expect(late.failure).toMatchObject({ kind: "timeout", retryable: true });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const stopped = await errorOf(scene, controller.signal);
    expect(stopped.failure).toMatchObject({ kind: "aborted", retryable: true });
  });

  it("is of kind timeout too when the client gives up, on the headers or on the body", async () => {
    const sdk = await import("openai");
    const silent = Object.assign(new Error("Body Timeout Error"), { code: "UND_ERR_BODY_TIMEOUT" });
    const errors = [new sdk.APIConnectionTimeoutError(), new TypeError("terminated", { cause: silent })];
    for (const error of errors) {
      const { signal } = new AbortController();
      const { failure } = openaiFailure(error, sdk, { signal, host: "h", keyEnv: undefined, redact: String });
      expect(failure).toEqual({ kind: "timeout", message: "h did not answer in time", retryable: true });
    }
  });

  it("makes no call when the signal is aborted already, and keeps a TargetError that is its reason", async () => {
    const before = server.requests.length;
    expect((await errorOf(scenes.ok(), AbortSignal.abort())).failure.kind).toBe("aborted");
    const spent = new TargetError({ kind: "budget", message: "spent", retryable: false });
    expect(await errorOf(scenes.ok(), AbortSignal.abort(spent))).toBe(spent);
    expect(server.requests.length).toBe(before);
  });
});
