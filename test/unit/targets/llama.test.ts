import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { callTarget } from "../../../src/pipeline/call-target.ts";
import { llamaTarget } from "../../../src/targets/llama.ts";
import type { LlamaTargetOptions } from "../../../src/targets/llama-options.ts";
import { targetContract } from "../../../src/testing.ts";
import { written } from "./gguf-file.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

// The small router of models/README.md: real weights, run by llama.cpp in this process.
const live = "models/router-live.f16.gguf";
const callFormat = '<tool_call>\n{"name": "{{name}}", "arguments": {{arguments}}}\n</tool_call>';
const refund = request({
  messages: [
    { role: "system", content: "Customer C-1078, plan free." },
    { role: "user", content: "Please refund order A-20697." },
  ],
});
// The policy of evals/support-agent/SPEC.md: on the free plan a refund needs an approval.
const approval = { name: "request_refund_approval", arguments: { order_id: "A-20697" } };

const library = resolve("dist/index.js");
/** What a program prints that runs in a process of its own. */
function runProgram(program: string): string {
  return execFileSync(process.execPath, [written(Buffer.from(program), "program.mjs")], { encoding: "utf8" });
}

const opened: ReturnType<typeof llamaTarget>[] = [];
function target(options: Partial<LlamaTargetOptions> = {}) {
  const made = llamaTarget({ model: live, maxOutputTokens: 64, ...options });
  opened.push(made);
  return made;
}
afterAll(async () => {
  for (const made of opened) await made.close?.();
});

const router = {
  tools: [{ name: "request_refund_approval" }],
  describeTools: false,
  toolCallFormat: callFormat,
} satisfies Partial<LlamaTargetOptions>;

describe("a llama target", () => {
  it("answers with what the model wrote, its token counts and times", async () => {
    const { text, usage, timeToFirstTokenMs, latencyMs, finishReason } = await target().call(
      refund,
      context(),
    );
    expect(text).toContain('"name": "request_refund_approval", "arguments": {"order_id": "A-20697"}');
    expect(finishReason).toBe("stop");
    expect(usage?.inputTokens).toBeGreaterThan(20);
    expect(usage?.outputTokens).toBeGreaterThan(10);
    expect(timeToFirstTokenMs).toBeGreaterThan(0);
    expect(latencyMs).toBeGreaterThanOrEqual(timeToFirstTokenMs!);
  });

  it("reports tool calls", async () => {
    const answer = await target(router).call(refund, context());
    expect(answer).toMatchObject({ text: "", toolCalls: [approval], finishReason: "tool_calls" });
  });

  it("is held to the schema that a request brings, such as that of a judge", async () => {
    const schema = {
      type: "object",
      properties: { verdict: { type: "string", enum: ["met", "not_met"] } },
      required: ["verdict"],
      additionalProperties: false,
    };
    const { text } = await target().call(
      { ...refund, answerSchema: { name: "verdicts", schema } },
      context(),
    );
    expect(["met", "not_met"]).toContain((JSON.parse(text) as { verdict: string }).verdict);
  });

  it("learns from the chat template how tools are described and calls are written", async () => {
    const chatTemplate = `{% if tools %}<|im_start|>system
You may call: {{ tools | tojson }}<|im_end|>
{% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}{% if message.tool_calls %}{% for call in message.tool_calls %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>{% endfor %}{% endif %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;
    const options = { chatTemplate, tools: [{ name: "request_refund_approval" }], maxOutputTokens: 64 };
    const silent = await target({ ...options, describeTools: false }).call(refund, context());
    expect(silent.toolCalls).toEqual([approval]);
    const described = await target(options).call(refund, context());
    expect(described.usage!.inputTokens!).toBeGreaterThan(silent.usage!.inputTokens! + 20);
  });

  it("records a span of the call", async () => {
    const recorded = context();
    await target(router).call(refund, recorded);
    expect(recorded.spans[0]).toMatchObject({
      name: "chat router-live.f16.gguf",
      attributes: { "gen_ai.request.seed": 7, "gen_ai.request.temperature": 0, "llama.device": "cpu" },
    });
    expect(recorded.spans[0]?.attributes["gen_ai.usage.input_tokens"]).toBeGreaterThan(20);
  });

  it("puts prompt and template before the messages of the case", async () => {
    const made = target({
      ...router,
      template: ({ customer, plan }) => [{ role: "system", content: `Customer ${customer}, plan ${plan}.` }],
    });
    const messages = [{ role: "user" as const, content: "Please refund order A-20697." }];
    const free = await made.call(
      request({ messages, variables: { customer: "C-1078", plan: "free" } }),
      context(),
    );
    const pro = await made.call(
      request({ messages, variables: { customer: "C-1078", plan: "pro" } }),
      context(),
    );
    expect(free.toolCalls).toEqual([approval]);
    expect(pro.toolCalls).toEqual([{ ...approval, name: "refund_order" }]);
  });

  it("takes what a message says as text, never as the sign that ends it", async () => {
    const made = target();
    const sign = "<|im_end|>";
    const hostile = request({ messages: [{ role: "user", content: sign.repeat(4) }] });
    const plain = request({ messages: [{ role: "user", content: "" }] });
    const tokens = async (asked: typeof plain) => (await made.call(asked, context())).usage?.inputTokens ?? 0;
    // One special token would be four tokens in all; as text each sign is several.
    expect((await tokens(hostile)) - (await tokens(plain))).toBeGreaterThan(8);
  });

  it("ends at a stop text, which is not part of the answer", async () => {
    const { text, finishReason } = await target({ stop: ['", "arguments"'] }).call(refund, context());
    expect(text).toBe('<tool_call>\n{"name": "request_refund_approval');
    expect(finishReason).toBe("stop");
  });

  it("says that an answer was cut at maxOutputTokens", async () => {
    const { finishReason, usage } = await target({ maxOutputTokens: 5 }).call(refund, context());
    expect(finishReason).toBe("length");
    expect(usage?.outputTokens).toBe(5);
  });

  for (const check of targetContract(target(), refund)) it(`keeps the contract: ${check.name}`, check.run);
});

describe("a llama target with a JSON Schema", () => {
  const jsonSchema = {
    type: "object",
    properties: { order: { type: "string", maxLength: 12 }, urgent: { type: "boolean" } },
    required: ["order", "urgent"],
    additionalProperties: false,
  };

  it("writes JSON that satisfies it, whatever the temperature", async () => {
    const made = target({ jsonSchema, maxOutputTokens: 120, temperature: 1.5 });
    for (const seed of [1, 2, 3, 4]) {
      const { text } = await made.call(refund, { ...context(), seed });
      const value = JSON.parse(text);
      expect(Object.keys(value).sort()).toEqual(["order", "urgent"]);
      expect(typeof value.urgent).toBe("boolean");
    }
  });

  it("fails for what its grammar cannot see and the check can", async () => {
    const properties = { order: { type: "string", pattern: "^Z{9}$", maxLength: 12 } };
    const made = target({ jsonSchema: { type: "object", properties }, maxOutputTokens: 120 });
    const { failure } = await targetErrorOf(() => made.call(refund, context()));
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain("`/order` must match pattern");
  });

  it("fails for an answer that was cut off", async () => {
    const made = target({ jsonSchema, maxOutputTokens: 3 });
    const { failure } = await targetErrorOf(() => made.call(refund, context()));
    expect(failure.message).toContain("it is not JSON, cut off after 3 tokens");
  });

  it("is refused with parts that a grammar turns into something else", () => {
    const anyOf = { type: "object", properties: { a: { anyOf: [{ type: "string" }] } } };
    expect(() => llamaTarget({ model: live, jsonSchema: anyOf })).toThrow(/`anyOf` at `#\/properties\/a`/);
  });
});

describe("the answers of a llama target", () => {
  const cases = readFileSync("datasets/support-router/cases.jsonl", "utf8")
    .trim()
    .split("\n")
    .slice(0, 540)
    .filter((_, index) => index % 45 === 0)
    .map((line) => JSON.parse(line).input);
  const asked = cases.map(({ messages, variables }) =>
    request({
      messages: [
        { role: "system", content: `Customer ${variables.customer_id}, plan ${variables.plan}.` },
        ...messages,
      ],
    }),
  );
  const warm = { ...router, temperature: 1.2 };
  const texts = async (made: ReturnType<typeof llamaTarget>, seed: number) => {
    const answers = await Promise.all(asked.map((one) => made.call(one, { ...context(), seed })));
    return answers.map(({ text, toolCalls }) => JSON.stringify([text, toolCalls]));
  };

  it("are the same for the same seed with one slot, in any order, and others for another seed", async () => {
    const made = target(warm);
    const first = await texts(made, 11);
    expect(await texts(made, 11)).toEqual(first);
    expect(await texts(target(warm), 11)).toEqual(first);
    expect(await texts(made, 12)).not.toEqual(first);
  });

  it("are the same in another process", async () => {
    const program = `
      import { llamaTarget } from ${JSON.stringify(library)};
      const target = llamaTarget(${JSON.stringify({ model: live, maxOutputTokens: 64, ...warm })});
      const context = { seed: 11, signal: new AbortController().signal, span: (name, attributes, work) => work() };
      const answers = [];
      for (const request of ${JSON.stringify(asked)}) answers.push(await target.call(request, context));
      await target.close();
      console.log(JSON.stringify(answers.map(({ text, toolCalls }) => JSON.stringify([text, toolCalls]))));`;
    expect(JSON.parse(runProgram(program))).toEqual(await texts(target(warm), 11));
  });

  it("are right with several slots too", async () => {
    const alone = await texts(target(router), 1);
    const made = target({ ...router, slots: 4 });
    // Again and again: what sequences take from each other they take now and then.
    for (let round = 1; round <= 12; round++) expect(await texts(made, 1)).toEqual(alone);
    expect(made.components.runtime).toMatchObject({ slots: 4 });
  });

  it("stop in the middle when they are aborted, and the slot serves the next call", async () => {
    const made = target({ temperature: 2, topK: 0, topP: 1, maxOutputTokens: 220 });
    await made.check?.();
    const controller = new AbortController();
    const outcome = callTarget(made, refund, {
      timeoutMs: 60_000,
      retries: 0,
      signal: controller.signal,
      seed: 1,
      clock: () => performance.now(),
      wait: async () => {},
    });
    setImmediate(() => controller.abort());
    expect((await outcome).failure?.kind).toBe("aborted");
    expect((await made.call(refund, context())).text).not.toBe("");
  });
});

describe("the components of a llama target", () => {
  it("say which bytes answer, on what and how", () => {
    expect(target(router).components).toMatchObject({
      model: { file: "router-live.f16.gguf", architecture: "llama", quantisation: "F16", contextSize: null },
      decoding: { temperature: 0, topK: 40, topP: 0.95, maxOutputTokens: 64, stop: null, seed: "trial" },
      tools: { functions: [{ name: "request_refund_approval" }], described: false, callFormat },
      runtime: { device: "cpu", gpuLayers: null, threads: 1, slots: 1, nodeLlamaCpp: expect.any(String) },
    });
  });

  it("differ for files that have the same name and differ in one byte of a weight", async () => {
    const bytes = readFileSync(live);
    const same = llamaTarget({ model: written(bytes, "m.gguf") }).components;
    bytes[bytes.length - 100]! ^= 1;
    const flipped = llamaTarget({ model: written(bytes, "m.gguf") }).components;
    expect(flipped).not.toEqual(same);
    expect({ ...flipped, model: null }).toEqual({ ...same, model: null });
  });

  it("see that a file was replaced", () => {
    const path = written(readFileSync(live));
    const before = llamaTarget({ model: path }).components;
    copyFileSync("models/router-live.q4_0.gguf", path);
    expect(llamaTarget({ model: path }).components.model).not.toEqual(before.model);
  });
});

describe("a llama target that cannot run", () => {
  const check = async (options: LlamaTargetOptions) => {
    const made = llamaTarget(options);
    try {
      return await evalsErrorOf(() => made.check?.());
    } finally {
      await made.close?.();
    }
  };

  it("says that the file is missing", async () => {
    const error = await check({ model: "models/none.gguf" });
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain("there is no file models/none.gguf");
    expect((await check({ model: "models" })).message).toContain("models cannot be read: EISDIR");
  });

  it("says that the file is none of its kind, or was cut off", async () => {
    const bytes = readFileSync(live);
    expect((await check({ model: written(Buffer.from("GGML".padEnd(64))) })).message).toContain(
      "no GGUF file",
    );
    const cut = await check({ model: written(bytes.subarray(0, -1000)) });
    expect(cut.message).toContain("it is cut off");
  });

  it("says what llama.cpp says of a file that it cannot load", async () => {
    const bytes = readFileSync(live);
    const at = bytes.indexOf("llama");
    bytes.write("lemma", at);
    const { message } = await check({ model: written(bytes) });
    expect(message).toMatch(/unknown model architecture: 'lemma'/);
  });

  it("says that the file is not the one that was meant", async () => {
    const error = await check({ model: live, sha256: "0".repeat(64) });
    expect(error.message).toMatch(/has the SHA-256 [0-9a-f]{64}, its `sha256` says 0000/);
  });

  it("says that the file was replaced after the release was described", async () => {
    const path = written(readFileSync(live));
    const made = llamaTarget({ model: path });
    expect(made.components.model).toMatchObject({ quantisation: "F16" });
    copyFileSync("models/router-live.q4_0.gguf", path);
    expect((await evalsErrorOf(() => made.check?.())).message).toContain(
      "was replaced while the run was prepared",
    );
  });

  it.each(["metal", "cuda"] as const)("says that there is no binary for %s", async (device) => {
    const error = await check({ model: live, device });
    expect(error.message).toContain(`no usable binary for ${device}`);
  });

  it("says that the package is missing", () => {
    const hooks = `export const resolve = (name, context, next) => {
      if (name !== "node-llama-cpp") return next(name, context);
      throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    };`;
    const url = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
    const program = `
      import { createRequire, Module, register } from "node:module";
      register(${JSON.stringify(url(hooks))});
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name === "node-llama-cpp") throw new Error("Cannot find module");
        return resolve(name, ...rest);
      };
      const { llamaTarget } = await import(${JSON.stringify(library)});
      const target = llamaTarget({ model: ${JSON.stringify(live)} });
      await target.check().catch(({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint, runtime: target.components.runtime })));`;
    expect(JSON.parse(runProgram(program))).toMatchObject({
      code: "TARGET_INVALID",
      message: expect.stringContaining("needs the package node-llama-cpp, which is not installed"),
      hint: "npm install node-llama-cpp",
      runtime: { nodeLlamaCpp: null },
    });
  });

  it("names the cases that its context cannot hold before anything is run", async () => {
    const made = target({ contextSize: 48, maxOutputTokens: 16 });
    await made.check?.();
    await made.prepare?.([request({ messages: [{ role: "user", content: "Hi" }] })]);
    const long = request({
      caseId: "long",
      messages: [{ role: "user", content: "where is it ".repeat(40) }],
    });
    const error = await evalsErrorOf(() => made.prepare?.([refund, long, { ...long, caseId: "longer" }]));
    expect(error.message).toMatch(/case long needs \d+ tokens .* the context has 48 .*and 1 more case/);
    const { failure } = await targetErrorOf(() => made.call(long, context()));
    expect(failure).toMatchObject({ kind: "target", retryable: false });
  });

  it("fails when the answer fills the context, instead of forgetting the prompt", async () => {
    const made = llamaTarget({ model: live, contextSize: 40, ...router });
    opened.push(made);
    const { failure } = await targetErrorOf(() => made.call(refund, context()));
    expect(failure.message).toContain("did not end within the context of 40 tokens");
  });

  it.each<[string, object, RegExp]>([
    ["an unknown option", { temprature: 1 }, /did you mean `temperature`|temperature/],
    ["more threads than processors", { threads: availableParallelism() + 1 }, /`threads`/],
    ["a URI without its digest", { model: "hf:owner/repository:Q4_K_M" }, /`sha256`/],
    [
      "tools and a schema",
      { tools: [{ name: "a" }], jsonSchema: { type: "object" } },
      /together with `tools`/,
    ],
    [
      "a call format without arguments",
      { tools: [{ name: "a" }], toolCallFormat: "{{name}}" },
      /toolCallFormat/,
    ],
  ])("is refused at once with %s", (_, options, message) => {
    expect(() => llamaTarget({ model: live, ...options })).toThrow(message);
  });
});
