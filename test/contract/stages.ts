import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Message } from "../../src/core/dataset.ts";
import type { Failure, Target } from "../../src/index.ts";
import {
  commandTarget,
  functionTarget,
  httpTarget,
  openaiTarget,
  replayTarget,
  routeTarget,
  TargetError,
} from "../../src/index.ts";
import { json, type OpenAIServer, raw, type Scene, scenes } from "../fixtures/openai-server.ts";
import { plays } from "../support/openai-scenes.ts";
import { type Outcome, outcomes, type ScenarioName, scenarioNames } from "../support/scenarios.ts";
import { llamaColumn } from "./llama.ts";

/** How a scenario is played to a target; or why it cannot happen to that target. */
export type Stage =
  | {
      readonly open: (server: OpenAIServer) => Target;
      readonly differs?: Outcome & { readonly why: string };
      /** Time of the call in milliseconds, where the scenario needs its own. */
      readonly timeoutMs?: number;
    }
  | { readonly never: string };

/** A target with every scenario: a scenario that is left out does not compile. */
export interface Column {
  readonly target: string;
  /** What is asked, where it matters to the target. */
  readonly messages?: readonly Message[];
  readonly stages: Readonly<Record<ScenarioName, Stage>>;
}

const toolCalls = [{ name: "search", arguments: { q: "a" } }];
const declined = { text: "I cannot help with that.", refused: true };
const long = "x".repeat(200_000);
/** What the targets with a limit may read, in bytes. */
export const limit = 100_000;

const fails = (kind: Failure["kind"], retryable: boolean, why: string): Outcome & { why: string } => ({
  ends: "failure",
  failure: { kind, retryable },
  why,
});
const answers = (text: string, why: string): Outcome & { why: string } => ({
  ends: "answer",
  refused: false,
  text,
  why,
});

/** The failure of a scenario as code, a program or a recording that knows it reports it. */
function reported(name: ScenarioName): Failure & { retryAfterMs?: number } {
  const outcome = outcomes[name];
  if (outcome.ends !== "failure") throw new Error(`${name} is no failure`);
  const wait = outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs };
  return { message: `as in ${name}`, ...outcome.failure, ...wait };
}

/** Every scenario by one function: for columns whose stages are alike. */
const each = (make: (name: ScenarioName) => Stage) =>
  Object.fromEntries(scenarioNames.map((name) => [name, make(name)])) as Column["stages"];

// A model behind the OpenAI API.

function openaiColumn(api: "chat" | "responses", how: "whole" | "stream"): Column {
  return {
    target: `openai ${api}, ${how}`,
    stages: each((name) => ({
      open(server) {
        server.play(plays[api][how][name]);
        const stream = how === "stream";
        return openaiTarget({
          model: "stub-1",
          baseURL: server.baseURL,
          api,
          stream,
          maximumResponseBytes: limit,
        });
      },
    })),
  };
}

// An agent behind HTTP, alone and as the member of a route.

const isWhole = "the answer of an agent is read as a whole; a body in parts is one body";
const damaged = "half a text is no answer, and nothing says which half was meant";
const { whole } = plays.chat;
/** What a server of an agent does in each scenario. */
export const httpScenes: Readonly<Record<Exclude<ScenarioName, "stream">, Scene>> = {
  ok: json({ text: "Hello." }),
  "tool calls": json({ text: "", toolCalls }),
  malformed: raw('{"text":"Hal', "application/json"),
  empty: raw("", "application/json"),
  refusal: json(declined),
  "400": whole["400"],
  "401": whole["401"],
  "429": whole["429"],
  "429 with Retry-After": whole["429 with Retry-After"],
  "500": whole["500"],
  timeout: scenes.hang(),
  "reset mid-stream": scenes.resetMidBody(),
  "huge answer": json({ text: long }),
  "invalid UTF-8": raw(Buffer.from('{"text":"a\xffb"}', "latin1"), "application/json"),
};

function httpColumn(target: string, wrap: (inner: Target) => Target): Column {
  return {
    target,
    stages: each((name) => {
      if (name === "stream") return { never: isWhole };
      return {
        open(server) {
          server.play(httpScenes[name]);
          return wrap(httpTarget({ url: server.baseURL, maximumResponseBytes: limit }));
        },
        ...(name === "invalid UTF-8" ? { differs: fails("target", false, damaged) } : {}),
      };
    }),
  };
}

// A program.

const say = (answer: object) => `say(${JSON.stringify(answer)})`;
const died = "a program has no connection that breaks: it dies, and the case may be why";
const diedLongLived = "what killed a worker may be the cases before: a fresh one is tried";
const programs: Readonly<Record<Exclude<ScenarioName, "stream">, string>> = {
  ok: say({ text: "Hello." }),
  "tool calls": say({ text: "", toolCalls }),
  malformed: `process.stdout.write('{"text":"Hal\\n')`,
  empty: "process.stdout.write(isWorker ? '\\n' : '')",
  refusal: say(declined),
  "400": say({ failure: reported("400") }),
  "401": say({ failure: reported("401") }),
  "429": say({ failure: reported("429") }),
  "429 with Retry-After": say({ failure: reported("429 with Retry-After") }),
  "500": say({ failure: reported("500") }),
  timeout: "setInterval(() => {}, 1000); await new Promise(() => {})",
  "reset mid-stream": `process.stdout.write('{"text":"Hal', () => process.kill(process.pid, "SIGKILL")); await new Promise(() => {})`,
  "huge answer": say({ text: long }),
  "invalid UTF-8": `process.stdout.write(Buffer.from('{"text":"a\\xffb"}\\n', "latin1"))`,
};

function commandColumn(mode: "process" | "worker"): Column {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-contract-"));
  const isWorker = mode === "worker";
  const source = (body: string) => `import { createInterface } from "node:readline";
    const isWorker = ${isWorker};
    for await (const line of createInterface({ input: process.stdin })) {
      const { id } = JSON.parse(line);
      const say = (answer) => console.log(JSON.stringify(isWorker ? { id, ...answer } : answer));
      ${body};
    }`;
  return {
    target: `command, ${mode}`,
    stages: each((name) => {
      if (name === "stream") return { never: isWhole };
      const differs = {
        "invalid UTF-8": fails("target", false, damaged),
        "reset mid-stream": fails("target", isWorker, isWorker ? diedLongLived : died),
      } as Partial<Record<ScenarioName, Outcome & { why: string }>>;
      return {
        open() {
          const file = `${name.replaceAll(" ", "-")}.mjs`;
          writeFileSync(join(folder, file), source(programs[name]));
          return commandTarget({
            command: process.execPath,
            args: [file],
            mode,
            workingDirectory: folder,
            maximumOutputBytes: limit,
          });
        },
        ...(differs[name] && { differs: differs[name] }),
      };
    }),
  };
}

// A function of one's own.

const throwing = (name: ScenarioName) => (): never => {
  const { retryAfterMs, ...failure } = reported(name);
  throw new TargetError(failure, retryAfterMs === undefined ? {} : { retryAfterMs });
};
const inMemory = "what a function returns or a file holds is in memory already: a limit would come too late";

function functionColumn(): Column {
  const stage = (call: Parameters<typeof functionTarget>[0]["call"]): Stage => ({
    open: () => functionTarget({ name: "agent", call }),
  });
  return {
    target: "function",
    stages: {
      ok: stage(() => "Hello."),
      stream: { never: "a function returns its answer in one piece" },
      "tool calls": stage(() => ({ text: "", toolCalls })),
      malformed: stage(() => ({ text: "Hal", toolcalls: [] }) as never),
      empty: stage(() => undefined as never),
      refusal: stage(() => declined),
      "400": stage(throwing("400")),
      "401": stage(throwing("401")),
      "429": stage(throwing("429")),
      "429 with Retry-After": stage(throwing("429 with Retry-After")),
      "500": stage(throwing("500")),
      timeout: stage(() => new Promise(() => {})),
      "reset mid-stream": {
        open(server) {
          server.play(scenes.resetMidBody());
          const call = async () => (await fetch(server.baseURL, { method: "POST" })).text();
          return functionTarget({ name: "agent", call });
        },
        differs: fails(
          "target",
          false,
          "an error that a function lets through says nothing of its class: only a TargetError does",
        ),
      },
      "huge answer": { ...stage(() => long), differs: answers(long, inMemory) } as Stage,
      "invalid UTF-8": { never: "a text of JavaScript has no bytes that could be wrong" },
    },
  };
}

// A recording.

function replayColumn(): Column {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-contract-"));
  const file = (name: ScenarioName, ...lines: readonly (object | string | Buffer)[]) => ({
    open() {
      const path = join(folder, `${name.replaceAll(" ", "-")}.jsonl`);
      const bytes = lines.map((line) =>
        Buffer.isBuffer(line)
          ? line
          : Buffer.from(typeof line === "string" ? line : `${JSON.stringify(line)}\n`),
      );
      writeFileSync(path, Buffer.concat(bytes));
      return replayTarget({ file: path });
    },
  });
  const again = "a recording says the same every time: no try changes it";
  const failed = (name: ScenarioName): Stage => {
    const { retryAfterMs: _, ...failure } = reported(name);
    const outcome = outcomes[name] as Extract<Outcome, { ends: "failure" }>;
    const differs = {
      ends: "failure" as const,
      failure: { ...outcome.failure, retryable: false },
      why: again,
    };
    return { ...file(name, { caseId: "c", failure }), ...(failure.retryable ? { differs } : {}) };
  };
  return {
    target: "replay",
    stages: {
      ok: file("ok", { caseId: "c", text: "Hello." }),
      stream: { never: "a recording holds whole answers" },
      "tool calls": file("tool calls", { caseId: "c", toolCalls }),
      malformed: file("malformed", { caseId: "c", text: "Hal", toolcalls: [] }),
      empty: file("empty", { caseId: "another", text: "Hello." }),
      refusal: file("refusal", { caseId: "c", ...declined }),
      "400": failed("400"),
      "401": failed("401"),
      "429": failed("429"),
      "429 with Retry-After": failed("429 with Retry-After"),
      "500": failed("500"),
      timeout: failed("timeout"),
      "reset mid-stream": {
        ...file("reset mid-stream", '{"caseId":"c","text":"Hal'),
        differs: fails(
          "target",
          false,
          "a file has no connection: its last line was cut when it was written",
        ),
      },
      "huge answer": {
        ...file("huge answer", { caseId: "c", text: long }),
        differs: answers(long, inMemory),
      },
      "invalid UTF-8": {
        ...file("invalid UTF-8", Buffer.from('{"caseId":"c","text":"a\xffb"}\n', "latin1")),
        differs: fails("target", false, damaged),
      },
    },
  };
}

/** Every built-in target. */
export const columns: readonly Column[] = [
  openaiColumn("chat", "whole"),
  openaiColumn("chat", "stream"),
  openaiColumn("responses", "whole"),
  openaiColumn("responses", "stream"),
  httpColumn("http", (target) => target),
  httpColumn("route", (target) => routeTarget({ name: "way", members: [{ name: "only", target }] })),
  commandColumn("process"),
  commandColumn("worker"),
  functionColumn(),
  replayColumn(),
  llamaColumn,
];
