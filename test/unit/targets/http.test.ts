import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type HttpTargetOptions, httpTarget } from "../../../src/targets/index.ts";
import {
  json,
  type OpenAIServer,
  raw,
  type Scene,
  scenes,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
afterEach(() => vi.unstubAllEnvs());

const target = (options: Partial<HttpTargetOptions> = {}) =>
  httpTarget({ url: `${server.baseURL}/ask`, ...options });
const lastRequest = () => server.requests.at(-1)!;

async function asked(options: Partial<HttpTargetOptions>, scene: Scene, given = request()) {
  server.play(scene);
  return target(options).call(given, context());
}

async function errorOf(scene: Scene, options: Partial<HttpTargetOptions> = {}, signal?: AbortSignal) {
  server.play(scene);
  return targetErrorOf(() => target(options).call(request(), context(signal)));
}

describe("what an answer over HTTP costs", () => {
  const usage = { inputTokens: 1000, outputTokens: 100, costUsd: 0.5 };
  const prices = { inputUsdPerMillion: 2, outputUsdPerMillion: 10 };

  it("follows from the prices that were given, before what the agent says of it", async () => {
    const costOf = async (options: Partial<HttpTargetOptions>, body: object) =>
      (await asked(options, json({ text: "Yes.", ...body }))).usage?.costUsd;
    // 1000 × 2 + 100 × 10 millionths of a dollar.
    expect(await costOf({ prices }, { usage })).toBe(0.003);
    expect(await costOf({ prices }, { usage: { costUsd: 0.5 } })).toBe(0.5);
    expect(await costOf({}, { usage })).toBe(0.5);
    const table = { date: "2026-11-01", source: "a page", models: { "m-1": prices } };
    expect(await costOf({ prices: table }, { usage, served: { model: "m-1-2026-10-01" } })).toBe(0.003);
    expect(await costOf({ prices: table }, { usage, served: { model: "m-2" } })).toBe(0.5);
    expect(target({ prices: table }).costBasis).toBe("prices: a page, 2026-11-01");
  });

  it("is no part of the bundle", () => {
    expect(target({ prices }).components).toEqual(target().components);
  });
});

describe("a JSON Schema that the answer should satisfy", () => {
  const schema = { type: "object", required: ["ok"] };
  const given = request({ answerSchema: { name: "verdict", schema } });

  it("is sent with the whole request, and changes no component", async () => {
    await asked({}, json({ text: "{}" }), given);
    expect(lastRequest().body.answerSchema).toEqual(schema);
    await asked({}, json({ text: "{}" }));
    expect(lastRequest().body).not.toHaveProperty("answerSchema");
  });

  it("has a placeholder, which is null for a request without one", async () => {
    const body = { question: "{{lastMessage}}", format: "{{answerSchema}}" };
    await asked({ body }, json({ text: "{}" }), given);
    expect(lastRequest().body.format).toEqual(schema);
    await asked({ body }, json({ text: "{}" }));
    expect(lastRequest().body.format).toBeNull();
  });
});

describe("what httpTarget sends", () => {
  const given = request({
    caseId: "c7",
    repetition: 2,
    messages: [
      { role: "user", content: "First?" },
      { role: "assistant", content: "Yes." },
      { role: "user", content: 'And "{{seed}}"?' },
    ],
    variables: { question: "Why?", tags: ["a", { b: 1 }], __proto__x: null },
    context: [{ id: "p1", text: "passage" }],
  });

  it("posts the whole request as JSON by default", async () => {
    await asked({}, json({ text: "Hello." }), given);
    const { method, path, headers, body } = lastRequest();
    expect({ method, path, type: headers["content-type"] }).toEqual({
      method: "POST",
      path: "/v1/ask",
      type: "application/json",
    });
    expect(body).toEqual({
      caseId: "c7",
      repetition: 2,
      messages: given.messages,
      input: given.input.variables,
      context: given.context,
      seed: 7,
    });
  });

  it("fills a template: values stay JSON, inside a text they become text, and are not filled again", async () => {
    const body = {
      q: "{{lastMessage}}",
      why: "Say: {{ input.question }} {{input.tags}} ({{seed}})",
      tags: "{{input.tags}}",
      first: "{{messages[0].content}}",
      passages: ["{{context}}", true, null, 3],
      stop: "{ {{caseId}}/{{repetition}} }",
    };
    await asked({ body, method: "PUT" }, json({ text: "" }), given);
    expect(lastRequest().method).toBe("PUT");
    expect(lastRequest().body).toEqual({
      q: 'And "{{seed}}"?',
      why: 'Say: Why? ["a",{"b":1}] (7)',
      tags: ["a", { b: 1 }],
      first: "First?",
      passages: [[{ id: "p1", text: "passage" }], true, null, 3],
      stop: "{ c7/2 }",
    });
  });

  it("sends headers and query, secrets from the environment, and the trace", async () => {
    vi.stubEnv("AGENT_KEY", "k-0123456789\n");
    vi.stubEnv("AGENT_CODE", "c&d=1");
    const options = {
      headers: { Authorization: { env: "AGENT_KEY", prefix: "Bearer " }, "X-Variant": "b" },
      query: { code: { env: "AGENT_CODE" }, mode: "eval" },
    };
    server.play(json({ text: "" }));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await target(options).call(request(), { ...context(), traceparent });
    expect(lastRequest().headers).toMatchObject({
      authorization: "Bearer k-0123456789",
      "x-variant": "b",
      traceparent,
    });
    expect(lastRequest().path).toBe("/v1/ask?code=c%26d%3D1&mode=eval");
  });

  it.each([
    ["context that no placeholder takes", { body: { q: "{{lastMessage}}" } }, { context: [{ text: "p" }] }],
    ["messages that no placeholder takes", { body: { q: "{{input.question}}" } }, {}],
    [
      "no message of a user",
      { body: { q: "{{lastMessage}}" } },
      { messages: [{ role: "system", content: "s" }] },
    ],
    ["a variable that is not there", { body: { m: "{{messages}}", q: "{{input.question}}" } }, {}],
    ["a variable of the prototype", { body: { m: "{{messages}}", q: "{{input.constructor}}" } }, {}],
    ["neither messages nor variables", {}, { messages: [] }],
  ])("makes no call for a case with %s", async (_what, options, given) => {
    const before = server.requests.length;
    const error = await targetErrorOf(() => target(options).call(request(given as never), context()));
    expect(error.failure).toMatchObject({ kind: "target", retryable: false });
    expect(error.message).toContain("case c1");
    expect(server.requests.length).toBe(before);
  });

  it("records a span with the attributes of the OpenTelemetry conventions", async () => {
    server.play(json({ text: "" }));
    const during = context();
    await target({ name: "agent" }).call(request(), during);
    expect(during.spans[0]).toMatchObject({
      name: "invoke_agent agent",
      attributes: {
        "gen_ai.operation.name": "invoke_agent",
        "server.address": "127.0.0.1",
        "url.path": "/v1/ask",
      },
    });
  });
});

describe("what httpTarget reads", () => {
  it("takes an answer in our own form without a mapping", async () => {
    const answer = {
      text: "Done.",
      toolCalls: [{ name: "refund", arguments: { amount: 3 }, result: { ok: true } }],
      context: [{ id: "a", text: "b" }],
      state: { open: 0 },
      refused: false,
      finishReason: "stop",
      usage: { inputTokens: 3, costUsd: 0.5 },
      served: { model: "m-1", cacheHit: true },
      timeToFirstTokenMs: 12,
    };
    expect(await asked({}, json(answer))).toEqual(answer);
    // How long it took is measured here, not said by the system that is measured.
    expect(await asked({}, json({ text: "x", latencyMs: 1 }))).toEqual({ text: "x" });
  });

  it("reads by paths, dotted or as JSON Pointers", async () => {
    const body = {
      "a/b": { "c.d": ["skip", { said: "Hi." }] },
      calls: [
        { function: { name: "find", arguments: '{"q":1}' }, out: [1] },
        { function: { name: "no", arguments: "{" }, out: null },
      ],
      docs: ["one", { body: "two", nr: 2 }],
      more: { why: "length", tokens: { in: 5 }, model: "m-2", rails: ["pii"] },
      nothing: null,
    };
    const response = {
      text: "/a~1b/c.d/1/said",
      toolCalls: { path: "calls", name: "function.name", arguments: "function.arguments", result: "out" },
      context: { path: "docs", text: "body", id: "nr" },
      state: "more",
      finishReason: "more.why",
      refused: { path: "nothing", optional: true },
      usage: { inputTokens: "more.tokens.in", outputTokens: { path: "more.tokens.out", optional: true } },
      served: { model: "more.model", guardrails: "more.rails" },
    };
    expect(await asked({ response }, json(body))).toEqual({
      text: "Hi.",
      toolCalls: [
        { name: "find", arguments: { q: 1 }, result: [1] },
        { name: "no", arguments: "{", result: null },
      ],
      context: [{ text: "one" }, { id: "2", text: "two" }],
      state: body.more,
      finishReason: "length",
      usage: { inputTokens: 5 },
      served: { model: "m-2", guardrails: ["pii"] },
    });
  });

  it.each([
    [{ path: "out", as: "json" }, { out: "plain" }, "plain"],
    [{ path: "out", as: "json" }, { out: [0.1, 0.9] }, "[0.1,0.9]"],
    [{ path: "out", as: "joined" }, { out: ["Hel", "lo"] }, "Hello"],
    [{ path: "out", optional: true }, { out: null }, ""],
    ["[1]", ["a", "b"], "b"],
    ["", "whole", "whole"],
  ])("takes as text %j of %j", async (text, body, expected) => {
    expect(await asked({ response: { text: text as never } }, json(body))).toEqual({ text: expected });
  });

  it.each([
    [
      { text: "answer.text" },
      { answer: { txt: "x" } },
      "there is nothing at `answer.text`: `answer` has txt",
    ],
    [{ text: "list[2]" }, { list: [1] }, "there is nothing at `list[2]`: `list` is a list of 1"],
    [{ text: "a.b" }, { a: null }, "there is nothing at `a.b`: `a` is null"],
    [{ text: "constructor.name" }, {}, "there is nothing at `constructor.name`: the body is an empty object"],
    [{ text: "__proto__" }, {}, "there is nothing at `__proto__`"],
    [{ text: "list.length" }, { list: [] }, "there is nothing at `list.length`"],
    [{ text: "out" }, { out: 3 }, "at `out`: expected a text"],
    [
      { text: { path: "out", as: "joined" } },
      { out: ["a", 1] },
      "at `out`: expected a text or a list of texts",
    ],
    [{ toolCalls: "calls" }, { calls: {} }, "at `calls`: expected a list"],
    [{ toolCalls: "calls" }, {}, "there is nothing at `calls`"],
    [{ toolCalls: "calls" }, { calls: [{ arguments: {} }] }, "there is nothing at `calls[0].name`"],
    [{ toolCalls: "calls" }, { calls: [{ name: "a" }] }, "there is nothing at `calls[0].arguments`"],
    [{ text: "t", context: "docs" }, { t: "", docs: [1] }, "there is nothing at `docs[0].text`"],
    [{ text: "t", usage: { inputTokens: "n" } }, { t: "", n: "5" }, "at `n`: expected number"],
    [{ text: "t", refused: "no" }, { t: "", no: "no" }, "at `no`: expected boolean"],
  ])("names the path by %j in %j", async (response, body, words) => {
    const { failure } = await errorOf(json(body), { response: response as never });
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain(words);
    expect(failure.message).toMatch(/^127\.0\.0\.1:\d+ sent an answer that cannot be used: /);
  });

  it.each([
    [json({ txt: "x" }), 'unknown key "txt", did you mean "text"?'],
    [json({ text: "x", tool_calls: [] }), 'unknown key "tool_calls", did you mean "toolCalls"?'],
    [json("x"), "expected object"],
    [raw("", "application/json"), "it is empty"],
    [raw("Hello", "text/plain"), "not JSON: Hello"],
    [raw("<html>", "text/html"), "HTML instead of JSON"],
    [scenes.malformed(), "not JSON: "],
    [raw(Buffer.from('{"text":"a\xff"}', "latin1"), "application/json"), "not valid UTF-8"],
    [raw(`{"text":"x","state":${"[".repeat(5000)}${"]".repeat(5000)}}`, "application/json"), "nested deeper"],
    [raw('{"text":"x","state":{"a":1e999}}', "application/json"), "`state"],
  ])("makes a failure of an answer that is none: %#", async (scene, words) => {
    const { failure } = await errorOf(scene);
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain(words);
  });

  it("takes members named like those of a prototype for what they are: names", async () => {
    const hostile =
      '{"text":"x","toolCalls":[{"name":"constructor","arguments":{"constructor":{"prototype":1}}}]}';
    expect(await asked({}, raw(hostile, "application/json"))).toEqual(JSON.parse(hostile));
    const polluting = raw(
      '{"text":"x","state":{"__proto__":{"polluted":true}},"__proto__":{"refused":true}}',
      "",
    );
    await asked({}, polluting).catch(() => {});
    const response = {
      text: "text",
      state: "state",
      served: { model: { path: "polluted", optional: true } },
    };
    await asked({ response }, polluting);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("reads no more than the limit, whatever the server sends", async () => {
    const { failure } = await errorOf(scenes.huge(300_000), { maximumResponseBytes: 100_000 });
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain("more than 100000 bytes, the most that is read");
    let sent = 0;
    let isOpen = true;
    const endless: Scene = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.on("close", () => {
        isOpen = false;
      });
      const more = () => {
        while (isOpen && response.write("x".repeat(10_000))) sent += 10_000;
        if (isOpen) response.once("drain", more);
      };
      more();
    };
    expect((await errorOf(endless, { maximumResponseBytes: 100_000 })).message).toContain("100000 bytes");
    await vi.waitFor(() => expect(isOpen).toBe(false));
    expect(sent).toBeLessThan(50_000_000);
  });
});

describe("options of httpTarget", () => {
  it("says in its component what is sent and read, without values of the environment", () => {
    vi.stubEnv("AGENT_KEY", "k-0123456789");
    const { components, name } = target({
      headers: { Authorization: { env: "AGENT_KEY", prefix: "Bearer " } },
      response: { text: "answer" },
    });
    expect(name).toMatch(/^http 127\.0\.0\.1:\d+$/);
    expect(components).toMatchObject({
      endpoint: {
        url: `${server.baseURL}/ask`,
        method: "POST",
        headers: { authorization: { env: "AGENT_KEY", prefix: "Bearer " } },
        response: { text: "answer" },
      },
    });
    expect(JSON.stringify(components)).not.toContain("k-0123456789");
  });

  it("check names the variable that is missing or cannot be sent", async () => {
    const options = { headers: { "x-key": { env: "AGENT_KEY" } } };
    vi.stubEnv("AGENT_KEY", " ");
    const missing = await evalsErrorOf(() => target(options).check?.());
    expect(missing.code).toBe("CREDENTIAL_MISSING");
    expect(missing.message).toContain("the environment variable AGENT_KEY, which is not set");
    const error = await targetErrorOf(() => target(options).call(request(), context()));
    expect(error.failure).toMatchObject({ kind: "target", retryable: false });
    vi.stubEnv("AGENT_KEY", "a\nb-secret");
    const wrong = await evalsErrorOf(() => target(options).check?.());
    expect(wrong.message).not.toContain("secret");
    vi.stubEnv("AGENT_KEY", "fine");
    await target(options).check?.();
  });

  it.each([
    [{ url: "ftp://h/" }, "`url`"],
    [{ url: "http://u:p@h/" }, "`url`"],
    [{ url: "http://h/?key=1" }, "`url`"],
    [{ url: "agent" }, "`url`"],
    [{ headers: { authorization: "Bearer abc" } }, "`headers.authorization`: looks like a secret"],
    [{ headers: { "X-Api-Key": "abc" } }, "`headers.X-Api-Key`: looks like a secret"],
    [{ headers: { "x-other": "sk-0123456789abcdef" } }, "`headers.x-other`: looks like a secret"],
    [{ query: { key: "abc" } }, "`query.key`: looks like a secret"],
    [{ headers: { Host: "x" } }, "`headers.Host`: is set by the client"],
    [{ headers: { a: { env: "not a name" } } }, "`headers.a.env`"],
    [
      { headers: { a: { env: "A", prefx: "" } } },
      'unknown key "prefx" in `headers.a`, did you mean "prefix"?',
    ],
    [{ headers: { "a b": "x" } }, "`headers.a b`"],
    [{ headers: { a: "x\ny" } }, "`headers.a`"],
    [{ method: "GET" }, "`method`"],
    [{ body: { q: "{{mesages}}" } }, '`body`: unknown placeholder "{{mesages}}", did you mean "messages"?'],
    [{ body: { q: "hello" } }, "`body`: nothing of the case is sent"],
    [{ body: { q: new Date(0) } }, "`body"],
    [{ response: { text: "a..b" } }, "`response.text`: expected a path"],
    [{ response: { text: "/a~2" } }, "`response.text`: expected a path"],
    [{ response: { txt: "a" } }, 'unknown key "txt" in `response`, did you mean "text"?'],
    [{ response: {} }, "`response`: maps no answer"],
    [{ response: { text: "a", usage: { tokens: "b" } } }, 'unknown key "tokens" in `response.usage`'],
    [{ maximumResponseBytes: 0 }, "`maximumResponseBytes`"],
    [{ ulr: "x" }, 'unknown key "ulr", did you mean "url"?'],
  ])("refuses %j", async (options, words) => {
    const error = await evalsErrorOf(() => target(options as never));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/sk-|Bearer abc/);
  });
});
