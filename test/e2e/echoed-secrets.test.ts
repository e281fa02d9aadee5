import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import {
  failing,
  json,
  type OpenAIServer,
  type Scene,
  scenes,
  startOpenAIServer,
} from "../fixtures/openai-server.ts";
import { fakeProcess } from "../support/command-line.ts";
import { chunk, events } from "../support/openai-scenes.ts";
import { casesOf, testProject } from "../support/project.ts";
import { type Collector, startCollector } from "../unit/traces/collector.ts";

// A provider that gives back the key that it was sent, wherever it can and in every form that tools write one: no file of the project,
// nothing that is printed and no trace that is sent may have it. The same for a program that says what its environment holds.

/** With characters that URLs, JSON and Base64 write in their own way. */
const key = 'k3y+/"of-the=agent%4711';
const encoded = (text: string) => Buffer.from(text).toString("base64");
const forms = [
  key,
  encodeURIComponent(key),
  new URLSearchParams({ key }).toString().slice(4),
  JSON.stringify(key).slice(1, -1),
  encoded(key),
  encoded(`user:${key}`),
  encoded(`ab:${key}`),
  Buffer.from(key).toString("base64url"),
];
/** What must not be found: of Base64 the middle, since its ends depend on what stands beside the key. */
const traces = forms.map((form) => (/^[\w+/=-]+$/.test(form) && form !== key ? form.slice(8, 22) : form));

let server: OpenAIServer;
let collector: Collector;
beforeEach(async () => {
  [server, collector] = await Promise.all([startOpenAIServer(), startCollector()]);
  vi.stubEnv("AGENT_KEY", key);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([server.close(), collector.close()]);
});

/** Every form in one text. */
const said = forms.join(" | ");
const halves = forms.flatMap((form) => [form.slice(0, 9), `${form.slice(9)} | `]);
const call = {
  id: said,
  type: "function",
  function: { name: said, arguments: JSON.stringify({ [key]: said }) },
};
const message = { role: "assistant", content: `right ${said}`, tool_calls: [call] };
const body = { model: said, provider: said, choices: [{ message, finish_reason: said }] };
const inHeaders = { "x-litellm-model-id": encoded(key), "x-agentcc-provider": encodeURIComponent(key) };
const places: Readonly<Record<string, Scene>> = {
  "the body and headers": json(body, 200, inHeaders),
  "a stream, split over chunks": events([
    chunk({ role: "assistant", content: "right " }),
    ...halves.map((content) => chunk({ content })),
    ...halves.map((text) =>
      chunk({ tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: text } }] }),
    ),
    chunk({}, "stop"),
  ]),
  "a rejection": failing(401, `wrong key ${said}`, said, inHeaders),
  "an error in place of an answer": json({ error: { message: said, code: said } }),
  "what is no JSON": (_request, response) => response.end(`<html>${said}`),
  "a refusal": scenes.refusal(said),
  "an answer without the key": json({ choices: [{ message: { content: "right" }, finish_reason: "stop" }] }),
  "an answer of an agent without the key": json({ text: "right" }),
  "an answer of an agent": json({
    text: said,
    toolCalls: [{ name: said, arguments: { [key]: said }, result: said }],
    state: { [said]: said },
    served: { model: said },
  }),
  "an answer that cannot be used": json({ text: said, [said]: said }),
};

const openai = (stream: boolean) =>
  `openaiTarget({ model: "m", baseURL: ${JSON.stringify(server.baseURL)}, apiKeyEnv: "AGENT_KEY", stream: ${stream} })`;
const http = () =>
  `httpTarget({ url: ${JSON.stringify(server.baseURL)}, headers: { authorization: { env: "AGENT_KEY", prefix: "Bearer " } } })`;
/** A program that is given the key by another name, notes outside of the project that it has it, and says it in every form. */
const program = (saying: string, notes: string) => `import { appendFileSync } from "node:fs";
  appendFileSync(${JSON.stringify(notes)}, process.env.LOGIN + "\\n");
  const key = process.env.LOGIN;
  const base64 = (text, form = "base64") => Buffer.from(text).toString(form);
  const said = [key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1), base64(key), base64("user:" + key), base64("ab:" + key), base64(key, "base64url")].join(" | ");
  ${saying}`;
const programs: Readonly<Record<string, string>> = {
  "a program without the key": `console.log('{"text":"right"}')`,
  "an answer of a program": `console.log(JSON.stringify({ text: said, toolCalls: [{ name: said, arguments: { [said]: said } }], state: { [said]: said } }))`,
  "a failure that a program reports": `console.log(JSON.stringify({ failure: { kind: "provider", message: said } }))`,
  "what is no JSON of a program": "console.log(said)",
  "the last words of a program": "console.error(said); process.exit(1)",
};
const command = `commandTarget({ command: process.execPath, args: ["evals/agent.mjs"], workingDirectory: process.cwd(), env: { LOGIN: { env: "AGENT_KEY" } } })`;

/** Cells in which nothing of what came back is quoted, so that nothing is taken out: they show only that the key was sent, and is nowhere. */
const unquoted: readonly string[] = [
  // The message says what kind of text came: "HTML instead of JSON".
  "openai: what is no JSON",
  // What shows that the mark stands in no file of its own accord.
  "openai: an answer without the key",
  "http: an answer of an agent without the key",
  "a program without the key",
];

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const all =
  "{ model: 'm', prompt: 'p', retriever: null, tools: null, guardrail: null, decoding: null, route: null }";
const ofModel = "{ prompt: null, retriever: null, guardrail: null, route: null }";

const evaluation = (components: string, target: string) =>
  `import { commandTarget, defineEvaluation, defineRelease, httpTarget, openaiTarget, taskCompletionEvaluator } from "gatewright";
  const release = (name) => defineRelease({ name, components: ${components}, target: ${target} });
  const next = release("next");
  export default defineEvaluation({ name: "echo", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "live",
    candidate: "next", releases: [release("live"), { ...next, components: { ...next.components, prompt: "q" }, changes: ["prompt"] }],
    evaluators: [taskCompletionEvaluator()], retries: 0 });`;

/** Everything that a run of six cases with two releases prints, writes into the project, and sends to the collector. */
async function textsOfRun(files: Readonly<Record<string, string>>): Promise<string[]> {
  const project = await testProject(casesOf(6));
  for (const [file, text] of Object.entries(files)) project.write(file, text);
  const before = process.cwd();
  process.chdir(project.folder);
  const args = ["run", "evals/echo.eval.ts", "--json", "--record", "recorded"];
  const env = {
    AGENT_KEY: key,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };
  const { process: fake, written } = fakeProcess(args, env);
  try {
    await main(fake);
  } finally {
    process.chdir(before);
  }
  const left = filesOf(project.folder);
  expect(left.some((file) => file.endsWith("store.sqlite"))).toBe(true);
  expect(left.some((file) => file.endsWith(".html"))).toBe(true);
  expect(collector.spans.length, written.stderr).toBeGreaterThanOrEqual(12);
  const sent = collector.requests.map(({ headers, body }) => JSON.stringify(headers) + body);
  return [written.stdout, written.stderr, ...sent, ...left.map((file) => readFileSync(file, "latin1"))];
}

/** No text has the key; what quotes the place says that something was taken out. */
function expectSilent(texts: readonly string[], cell: string): void {
  const found = traces.filter((trace) => texts.some((text) => text.includes(trace)));
  expect(found).toEqual([]);
  expect(texts.some((text) => text.includes("[redacted]"))).toBe(!unquoted.includes(cell));
}

const agentPlaces = [
  "an answer of an agent without the key",
  "a rejection",
  "what is no JSON",
  "an answer of an agent",
  "an answer that cannot be used",
];
const cells = [
  ...Object.keys(places)
    .filter((place) => !/agent|used/.test(place))
    .map((place) => ["openai", place] as const),
  ...agentPlaces.map((place) => ["http", place] as const),
];

it.each(cells)("a key that comes back to the %s target in %s is nowhere", async (kind, place) => {
  server.play(places[place]!);
  const target =
    kind === "http" ? evaluation(all, http()) : evaluation(ofModel, openai(place.includes("stream")));
  const texts = await textsOfRun({ "evals/echo.eval.ts": target });
  // The server had it to give back.
  const sent = server.requests.map(({ headers }) => headers.authorization);
  expect(sent, texts[1]).toEqual(Array.from({ length: 12 }, () => `Bearer ${key}`));
  expectSilent(texts, `${kind}: ${place}`);
});

it.each(Object.keys(programs))(
  "a key that comes back to the command target in %s is nowhere",
  async (place) => {
    const notes = join(mkdtempSync(join(tmpdir(), "gatewright-notes-")), "seen.txt");
    const texts = await textsOfRun({
      "evals/echo.eval.ts": evaluation(all, command),
      "evals/agent.mjs": program(programs[place]!, notes),
    });
    expect(readFileSync(notes, "utf8")).toBe(`${key}\n`.repeat(12));
    expectSilent(texts, place);
  },
);
