import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type HttpTargetOptions, httpTarget } from "../../../src/targets/index.ts";
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

const secret = "agent-secret+/4711";
let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv("AGENT_AUTH", secret);
});
afterEach(() => vi.unstubAllEnvs());

const headers = { authorization: { env: "AGENT_AUTH", prefix: "Bearer " } };

async function errorOf(scene: Scene, signal?: AbortSignal, options: Partial<HttpTargetOptions> = {}) {
  server.play(scene);
  const target = httpTarget({ url: server.baseURL, headers, ...options });
  const error = await targetErrorOf(() => target.call(request(), context(signal)));
  expect(JSON.stringify(error.failure) + error.stack + String(error.cause)).not.toContain(secret);
  return error;
}

describe("failures of httpTarget", () => {
  it.each([
    [400, "provider", false],
    [401, "provider", false],
    [403, "provider", false],
    [404, "provider", false],
    [408, "provider", true],
    [409, "provider", false],
    [422, "provider", false],
    [429, "rate_limit", true],
    [500, "provider", true],
    [503, "provider", true],
  ])("status %i is %s, retryable %s, and is sent once", async (status, kind, retryable) => {
    const before = server.requests.length;
    const { failure } = await errorOf(json({ detail: "Some words." }, status));
    expect(failure).toMatchObject({ kind, retryable, statusCode: status });
    expect(failure.message).toContain(`answered ${status}: {"detail":"Some words."}`);
    expect(server.requests.length).toBe(before + 1);
  });

  it("hands on how long to wait", async () => {
    expect((await errorOf(scenes.rateLimited())).retryAfterMs).toBeUndefined();
    expect((await errorOf(scenes.rateLimited({ "retry-after": "3" }))).retryAfterMs).toBe(3000);
    expect((await errorOf(failing(503, "busy", null, { "retry-after": "1" }))).retryAfterMs).toBe(1000);
    expect((await errorOf(failing(400, "bad", null, { "retry-after": "1" }))).retryAfterMs).toBeUndefined();
  });

  it("hands on what the server says is left", async () => {
    const left = { "x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "2s" };
    const rateLimit = { remainingRequests: 3, resetMs: 2000 };
    expect((await errorOf(scenes.rateLimited(left))).rateLimit).toEqual(rateLimit);
    server.play(json({ text: "x" }, 200, left));
    const answer = await httpTarget({ url: server.baseURL, headers }).call(request(), context());
    expect(answer).toEqual({ text: "x", rateLimit });
  });

  it("does not follow redirects, so that no secret goes elsewhere", async () => {
    const other = await startOpenAIServer();
    try {
      const moved: Scene = (_request, response) => {
        response.writeHead(307, { location: `${other.baseURL}/elsewhere` });
        response.end();
      };
      const { failure } = await errorOf(moved);
      expect(failure).toMatchObject({ kind: "provider", retryable: false, statusCode: 307 });
      expect(failure.message).toContain(`a redirect to ${other.baseURL}/elsewhere, which is not followed`);
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it("takes the secret out of what the server echoes, in failures and in answers", async () => {
    const base64 = Buffer.from(secret).toString("base64");
    for (const echo of [
      secret,
      `bearer ${secret}`,
      encodeURIComponent(secret),
      base64,
      `${"x".repeat(195)}${secret}`,
    ]) {
      for (const scene of [
        failing(401, echo),
        raw(echo, "text/plain"),
        json({ [echo]: 1 }),
        json({ text: 1, [echo]: 2 }),
      ]) {
        expect((await errorOf(scene)).message).not.toContain(base64);
      }
      await errorOf(json({ [echo]: 1 }), undefined, { response: { text: "text" } });
    }
    server.play(json({ text: `your key is ${secret}`, state: { key: secret } }));
    const answer = await httpTarget({ url: server.baseURL, headers }).call(request(), context());
    expect(answer).toEqual({ text: "your key is [redacted]", state: { key: "[redacted]" } });
  });

  it("quotes an error on one line and cut", async () => {
    const long = (await errorOf(raw(`\u001b[31m${"😀\n".repeat(300_000)}`, "text/plain", 500))).message;
    expect(long.length).toBeLessThan(600);
    for (const control of ["\u001b", "\n"]) expect(long).not.toContain(control);
    expect((await errorOf(raw("", "text/plain", 502))).message).toContain("answered 502: (no body)");
  });

  it.each([
    ["before the headers", scenes.resetAtOnce()],
    ["in the body", scenes.resetMidBody()],
  ])("a connection that breaks %s is retryable", async (_when, scene) => {
    const { failure } = await errorOf(scene);
    expect(failure).toMatchObject({ kind: "provider", retryable: true });
    expect(failure.message).toMatch(/could not reach|the connection to .* broke/);
  });

  it("a server that is not there is retryable", async () => {
    const gone = await startOpenAIServer();
    await gone.close();
    const { failure } = await errorOf(scenes.ok(), undefined, { url: gone.baseURL });
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
    expect((await errorOf(scene, controller.signal)).failure.kind).toBe("aborted");
  });

  it("makes no call when the signal is aborted already", async () => {
    const before = server.requests.length;
    expect((await errorOf(scenes.ok(), AbortSignal.abort())).failure.kind).toBe("aborted");
    expect(server.requests.length).toBe(before);
  });
});
