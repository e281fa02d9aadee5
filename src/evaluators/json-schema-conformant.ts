import { createHash } from "node:crypto";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { messageOf } from "../core/errors.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import {
  type CompiledSchema,
  type ResolvedSchemaOptions,
  SchemaError,
  type SchemaVerdict,
} from "./json-schema-types.ts";
import type { Reply, Request } from "./json-schema-worker.ts";
import { clip } from "./text.ts";

/** How long a schema may take to compile, the start of the worker included. */
const compileLimitMs = 20_000;

interface Connection {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly answered: Int32Array;
}
let connection: Connection | null = null;

/**
 * Compiles a schema with `@hyperjump/json-schema`. That engine compiles asynchronously and keeps all schemas in one registry, so it runs in
 * a worker of its own that this thread waits for: judging stays a plain call, schemas of one URI do not meet, and a check that hangs is
 * ended with its worker.
 *
 * @throws SchemaError for a schema that cannot be used.
 */
export function compileConformant(schema: JsonObject, options: ResolvedSchemaOptions): CompiledSchema {
  const { references, assertFormats } = options;
  const key = keyOf({ schema, references, assertFormats });
  const compile = () => {
    const reply = ask({ kind: "compile", key, schema, references, assertFormats }, compileLimitMs);
    if (reply === null) throw new SchemaError(`compiling took longer than ${compileLimitMs / 1000} seconds`);
    if (reply.kind === "refused") throw new SchemaError(clip(reply.why, 300));
  };
  compile();
  return {
    check(value, limitMs) {
      const text = textOf(value);
      if (text === null) return { status: "undecided", why: "the value is nested too deeply to check" };
      let reply = ask({ kind: "check", key, text }, limitMs);
      if (reply?.kind === "unknown") {
        compile();
        reply = ask({ kind: "check", key, text }, limitMs);
      }
      return verdictOf(reply, limitMs);
    },
  };
}

function keyOf(definition: unknown): string {
  try {
    return createHash("sha256").update(canonicalJson(definition)).digest("hex");
  } catch (cause) {
    const why = cause instanceof RangeError ? "it is nested too deeply" : messageOf(cause);
    throw new SchemaError(clip(why, 300), { cause });
  }
}

function verdictOf(reply: Reply | null, limitMs: number): SchemaVerdict {
  if (reply === null) return { status: "undecided", why: `the check took longer than ${limitMs} ms` };
  if (reply.kind === "valid") return { status: "valid" };
  if (reply.kind === "invalid") return { status: "invalid", problems: reply.problems, complete: true };
  return { status: "undecided", why: reply.kind === "refused" ? clip(reply.why, 200) : "the check broke" };
}

const infinity = "\u0000infinity";

/** JSON text of a value; `null` when it is nested too deeply. An infinite number (read from `1e999`) is written as one that reads back so. */
function textOf(value: unknown): string | null {
  try {
    const text = JSON.stringify(value, (_key, member: unknown) =>
      member === Infinity ? infinity : member === -Infinity ? `-${infinity}` : member,
    );
    return text
      .replaceAll(JSON.stringify(infinity), "1e999")
      .replaceAll(JSON.stringify(`-${infinity}`), "-1e999");
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Sends a request to the worker and waits for its answer; `null` when the time was up, which ends the worker. */
function ask(request: Request, limitMs: number): Reply | null {
  connection ??= connect();
  const { worker, port, answered } = connection;
  Atomics.store(answered, 0, 0);
  port.postMessage(request);
  const inTime = Atomics.wait(answered, 0, 0, limitMs) !== "timed-out";
  const reply = inTime ? receiveMessageOnPort(port)?.message : undefined;
  if (reply !== undefined) return reply as Reply;
  connection = null;
  void worker.terminate();
  return null;
}

function connect(): Connection {
  const { port1, port2 } = new MessageChannel();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(workerFile(), {
    workerData: { port: port2, answered },
    transferList: [port2],
    execArgv: [],
    env: {},
  });
  // What goes wrong in it is seen as a request without an answer.
  worker.on("error", () => undefined);
  worker.unref();
  port1.unref();
  return { worker, port: port1, answered };
}

/** A worker can only be started from JavaScript: where this file runs as TypeScript, that of the built package is used. */
function workerFile(): URL {
  const built = import.meta.url.endsWith(".ts") ? "../../dist/" : "./";
  return new URL(`${built}json-schema-worker.js`, import.meta.url);
}
