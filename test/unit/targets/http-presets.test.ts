import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { httpTarget, replicate, tensorflowServing } from "../../../src/targets/index.ts";
import {
  failing,
  json,
  type OpenAIServer,
  type Scene,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv("REPLICATE_API_TOKEN", "r8_0123456789abcdef");
});
afterEach(() => vi.unstubAllEnvs());

const root = () => server.baseURL.replace("/v1", "");
const since = (n: number) => server.requests.slice(n).map(({ method, path }) => `${method} ${path}`);

// Request and answer as https://www.tensorflow.org/tfx/serving/api_rest has them.
describe("tensorflowServing", () => {
  it("asks the predict call of a version and takes the first prediction", async () => {
    server.play(json({ predictions: [[0.25, 0.75]] }));
    const target = httpTarget(
      tensorflowServing({
        baseURL: `${root()}/`,
        model: "triage",
        version: 3,
        signature: "serving_default",
        instance: { text: "{{lastMessage}}" },
      }),
    );
    expect(await target.call(request(), context())).toEqual({ text: "[0.25,0.75]" });
    expect(server.requests.at(-1)).toMatchObject({
      path: "/v1/models/triage/versions/3:predict",
      body: { signature_name: "serving_default", instances: [{ text: "Hi?" }] },
    });
    expect(target.name).toBe("tensorflow serving triage");
  });

  it("takes a label, a text, and the server's words for a failure", async () => {
    const options = { baseURL: root(), model: "m", label: "stable", instance: "{{messages[0].content}}" };
    server.play(json({ predictions: [{ label: "refund" }] }), json({ error: "Servable not found" }, 404));
    const target = httpTarget(tensorflowServing({ ...options, text: "predictions[0].label" }));
    expect(await target.call(request(), context())).toEqual({ text: "refund" });
    expect(server.requests.at(-1)!.path).toBe("/v1/models/m/labels/stable:predict");
    expect((await targetErrorOf(() => target.call(request(), context()))).message).toContain(
      "Servable not found",
    );
  });

  it.each([
    [{ model: "a/b" }, "`model`"],
    [{ version: 1, label: "x" }, "exclude each other"],
    [{ modle: "m" }, 'unknown key "modle", did you mean "model"?'],
  ])("refuses %j", async (options, words) => {
    const all = { baseURL: root(), model: "m", instance: "{{messages}}", ...options };
    expect((await evalsErrorOf(() => tensorflowServing(all))).message).toContain(words);
  });
});

// Request and answers as https://replicate.com/docs/reference/http has them.
describe("replicate", () => {
  const prediction = (status: string, more: object = {}): Scene =>
    json(
      {
        id: "gm3q",
        model: "acme/answerer",
        status,
        output: null,
        error: null,
        urls: {
          get: `${server.baseURL}/predictions/gm3q`,
          cancel: `${server.baseURL}/predictions/gm3q/cancel`,
        },
        ...more,
      },
      status === "starting" ? 201 : 200,
    );
  const target = (more: object = {}) =>
    httpTarget(
      replicate({
        model: "acme/answerer",
        input: { prompt: "{{lastMessage}}", seed: "{{seed}}" },
        baseURL: server.baseURL,
        intervalMs: 1,
        ...more,
      }),
    );

  it("creates a prediction, asks until it succeeded, and puts its output together", async () => {
    const before = server.requests.length;
    server.play(
      prediction("starting"),
      prediction("processing"),
      prediction("succeeded", { output: ["Hel", "lo"] }),
    );
    expect(await target().call(request(), context())).toEqual({
      text: "Hello",
      served: { model: "acme/answerer" },
    });
    expect(since(before)).toEqual([
      "POST /v1/models/acme/answerer/predictions",
      "GET /v1/predictions/gm3q",
      "GET /v1/predictions/gm3q",
    ]);
    expect(server.requests[before]!.body).toEqual({ input: { prompt: "Hi?", seed: 7 } });
    for (const { headers } of server.requests.slice(before)) {
      expect(headers.authorization).toBe("Bearer r8_0123456789abcdef");
    }
  });

  it("asks a version or a deployment", async () => {
    server.play(prediction("succeeded", { output: "x" }));
    await target({ model: undefined, version: "acme/answerer:5c7d5d" }).call(request(), context());
    expect(server.requests.at(-1)).toMatchObject({
      path: "/v1/predictions",
      body: { version: "acme/answerer:5c7d5d" },
    });
    await target({ model: undefined, deployment: "acme/live" }).call(request(), context());
    expect(server.requests.at(-1)!.path).toBe("/v1/deployments/acme/live/predictions");
  });

  it.each([
    ["failed", { error: "out of memory" }, 'ended the work as "failed": out of memory'],
    ["canceled", {}, 'ended the work as "canceled"'],
    ["exploded", { error: { code: 3 } }, 'ended the work as "exploded": {"code":3}'],
  ])(
    "makes a failure of a prediction that ended as %s, and does not create it again",
    async (status, more, words) => {
      const before = server.requests.length;
      server.play(prediction("starting"), prediction(status, more));
      const { failure } = await targetErrorOf(() => target().call(request(), context()));
      expect(failure).toMatchObject({ kind: "target", retryable: false });
      expect(failure.message).toContain(words);
      expect(since(before)).toHaveLength(2);
    },
  );

  it("asks again when a question fails, instead of paying for a second prediction", async () => {
    const before = server.requests.length;
    server.play(
      prediction("starting"),
      failing(503, "busy"),
      failing(429, "slow", null, { "retry-after": "0" }),
      prediction("succeeded", { output: "x" }),
    );
    expect((await target().call(request(), context())).text).toBe("x");
    expect(since(before).filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });

  it("gives up after five questions that failed, and cancels", async () => {
    const before = server.requests.length;
    server.play(prediction("starting"), failing(503, "busy"));
    const asked = target();
    const { failure } = await targetErrorOf(() => asked.call(request(), context()));
    expect(failure).toMatchObject({ kind: "provider", statusCode: 503 });
    await asked.close?.();
    expect(since(before)).toHaveLength(7);
    expect(since(before).at(-1)).toBe("POST /v1/predictions/gm3q/cancel");
  });

  it("cancels the prediction that nobody waits for any more", async () => {
    const before = server.requests.length;
    server.play(prediction("starting"), prediction("processing"));
    const asked = target();
    const error = await targetErrorOf(() => asked.call(request(), context(AbortSignal.timeout(100))));
    expect(error.failure.kind).toBe("timeout");
    await asked.close?.();
    const cancelled = server.requests.slice(before).at(-1)!;
    expect(`${cancelled.method} ${cancelled.path}`).toBe("POST /v1/predictions/gm3q/cancel");
    expect(cancelled.headers.authorization).toBe("Bearer r8_0123456789abcdef");
  });

  it("takes its token to no other origin", async () => {
    const other = await startOpenAIServer();
    try {
      for (const urls of [
        { get: `${other.baseURL}/x`, cancel: `${server.baseURL}/y` },
        { get: `${server.baseURL}/x`, cancel: `${other.baseURL}/y` },
        { get: "javascript:1", cancel: "/y" },
        { get: 3, cancel: "/y" },
      ]) {
        server.play(prediction("starting", { urls }));
        const { failure } = await targetErrorOf(() => target().call(request(), context()));
        expect(failure).toMatchObject({ kind: "target", retryable: false });
        expect(failure.message).toMatch(/`urls\.(get|cancel)`/);
      }
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it.each([
    [{}, "exactly one of"],
    [{ model: "a/b", deployment: "a/b" }, "exactly one of"],
    [{ model: "answerer" }, "`model`: expected owner/name"],
    [{ version: "../x" }, "`version`"],
    [{ model: "a/b", inputs: {} }, 'unknown key "inputs", did you mean "input"?'],
  ])("refuses %j", async (options, words) => {
    const error = await evalsErrorOf(() => replicate({ input: { q: "{{messages}}" }, ...options }));
    expect(error.message).toContain(words);
  });
});
