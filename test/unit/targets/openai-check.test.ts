import { readdir, readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type OpenAITargetOptions, openaiTarget } from "../../../src/targets/index.ts";
import { type OpenAIServer, scenes, startOpenAIServer } from "../../fixtures/openai-server.ts";
import { context, evalsErrorOf, request } from "./support.ts";

const keyEnv = "GATEWRIGHT_TEST_KEY";
const key = "sk-test-4f9a+/secret";
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
const lastRequest = () => server.requests.at(-1)!;
const search = {
  name: "search",
  description: "Finds.",
  parameters: { type: "object", properties: { q: { type: "string" } } },
  strict: true,
};

describe("check of openaiTarget", () => {
  it("passes with a key, and on loopback without one", async () => {
    await target().check?.();
    await openaiTarget({ model: "m", baseURL: "http://localhost:1234/v1" }).check?.();
    await openaiTarget({ model: "m", baseURL: "http://[::1]:1234/v1" }).check?.();
    await openaiTarget({ model: "m", headers: { "api-key": "abc" } }).check?.();
  });

  it.each([
    [{}, "OPENAI_API_KEY"],
    [{ apiKeyEnv: "NO_SUCH_KEY" }, "NO_SUCH_KEY"],
    [{ baseURL: "http://127.0.0.1:1234/v1", apiKeyEnv: "NO_SUCH_KEY" }, "NO_SUCH_KEY"],
    [{ baseURL: "https://127.0.0.1.example.org/v1" }, "OPENAI_API_KEY"],
  ])("names the variable that is missing for %j", async (options, variable) => {
    vi.stubEnv("OPENAI_API_KEY", " ");
    const error = await evalsErrorOf(() => openaiTarget({ model: "m", ...options }).check?.());
    expect(error.code).toBe("CREDENTIAL_MISSING");
    expect(error.message).toContain(`the environment variable ${variable} is not set`);
    expect(error.hint).toContain(`Set ${variable}`);
  });

  it("refuses a key that cannot be one, without showing it, and trims one from a file", async () => {
    vi.stubEnv(keyEnv, "sk-abc\nsk-def");
    const error = await evalsErrorOf(() => target().check?.());
    expect(error.code).toBe("CREDENTIAL_MISSING");
    expect(`${error.message} ${error.hint}`).not.toContain("sk-");
    vi.stubEnv(keyEnv, `${key}\n`);
    server.play(scenes.ok());
    await target().check?.();
    await target().call(request(), context());
    expect(lastRequest().headers.authorization).toBe(`Bearer ${key}`);
  });

  it("refuses headers that the environment would add", async () => {
    vi.stubEnv("OPENAI_CUSTOM_HEADERS", "X-Variant: c");
    const error = await evalsErrorOf(() => target().check?.());
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain("OPENAI_CUSTOM_HEADERS");
  });

  it.each([
    [{ temprature: 1 }, 'unknown key "temprature", did you mean "temperature"?'],
    [{ prices: { inputUsd: 1 } }, 'unknown key "inputUsd" in `prices`'],
    [{ tools: [{ name: "a", paramters: {} }] }, 'in `tools[0]`, did you mean "parameters"?'],
    [{ responseFormat: { name: "a", shema: {} } }, 'in `responseFormat`, did you mean "schema"?'],
    [{ responseFormat: "xml" }, '`responseFormat`: expected "text", "json" or'],
    [{ model: "" }, "`model`"],
    [{ temperature: 3 }, "`temperature`"],
    [{ topP: 0 }, "`topP`"],
    [{ maxOutputTokens: 0.5 }, "`maxOutputTokens`"],
    [{ seed: 1 }, '`seed`: expected "trial" or false'],
    [{ stop: [] }, "`stop`"],
    [{ toolChoice: "auto" }, "`toolChoice`: there are no `tools`"],
    [{ tools: [{ name: "a" }], toolChoice: { name: "b" } }, "`toolChoice`: names a tool that is not"],
    [{ tools: [{ name: "a" }, { name: "a" }] }, "`tools`: two tools have the same name"],
    [{ baseURL: "ftp://h" }, "`baseURL`"],
    [{ baseURL: "https://me:pass@h/v1" }, "`baseURL`"],
    [{ baseURL: "https://h/v1?key=pass" }, "`baseURL`"],
    [{ apiKeyEnv: "sk-proj-pass" }, "`apiKeyEnv`: expected the name of an environment variable"],
    [{ headers: { "x-a": "pass\r\nx-b: 1" } }, "`headers.x-a`"],
  ])("refuses the options %j", async (options, words) => {
    const error = await evalsErrorOf(() => openaiTarget({ model: "m", ...options } as never));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
    expect(`${error.message} ${error.hint}`).not.toContain("pass");
  });

  it("loads the client library only when it is needed", async () => {
    const folder = new URL("../../../src/targets/", import.meta.url);
    for (const file of await readdir(folder)) {
      const source = await readFile(new URL(file, folder), "utf8");
      expect(source, file).not.toMatch(/^(import|export) (?!type )[^;]*from "openai/m);
    }
  });
});

describe("components of openaiTarget", () => {
  it("say everything that is sent and can change the answer", () => {
    const template = () => [];
    const { components } = target({
      system: "Be brief.",
      template,
      tools: [search],
      toolChoice: "auto",
      temperature: 0.2,
      maxOutputTokens: 50,
      topP: 0.9,
      stop: "END",
      responseFormat: "json",
      headers: { "X-Variant": "b" },
    });
    expect(components).toEqual({
      model: { baseURL: server.baseURL, name: "stub-1", headers: { "x-variant": "b" } },
      prompt: { system: "Be brief.", template: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      tools: { functions: [search], choice: "auto" },
      decoding: {
        temperature: 0.2,
        maxOutputTokens: 50,
        maxOutputTokensName: "max_tokens",
        topP: 0.9,
        stop: "END",
        seed: "trial",
        responseFormat: "json",
      },
    });
  });

  it("say null for what is left to the provider, and nothing of a prompt that is not sent", () => {
    expect(openaiTarget({ model: "m", maxOutputTokens: 5 })).toMatchObject({ name: "openai m" });
    expect(openaiTarget({ model: "m", maxOutputTokens: 5 }).components).toEqual({
      model: { baseURL: "https://api.openai.com/v1", name: "m" },
      tools: null,
      decoding: {
        temperature: null,
        maxOutputTokens: 5,
        maxOutputTokensName: "max_completion_tokens",
        topP: null,
        stop: null,
        seed: "trial",
        responseFormat: "text",
      },
    });
  });

  it("hide the key and secret headers", () => {
    const { components } = target({
      headers: {
        "X-Api-Key": "v1",
        "X-Route": "Bearer v2",
        "X-Note": `a ${key}`,
        "X-Tier": "gold",
        Cookie: "v3",
      },
    });
    expect((components.model as { headers: object }).headers).toEqual({
      "x-api-key": "[redacted]",
      "x-route": "[redacted]",
      "x-note": "[redacted]",
      "x-tier": "gold",
      cookie: "[redacted]",
    });
  });
});
