import { TargetError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { type Asked, tooMuch } from "./command-once.ts";
import { endedFailure, type Program, type Running, start, withWords } from "./command-process.ts";
import { abortedFailure } from "./connection.ts";
import { jsonFrom } from "./json-text.ts";
import { slotQueue } from "./slots.ts";

/** What a worker may do for one request. */
type WorkerAsked = Pick<Asked, "maximumBytes" | "signal">;

/** A program that is kept, with the lines that it wrote and that nobody took yet. */
interface Worker {
  readonly running: Running;
  readonly lines: Buffer[];
  /** Told when a line is there or the worker wrote too much. */
  wake: () => void;
  hasTooMuch: boolean;
  /** Number of the last request. */
  last: number;
}

/** Workers of one program: each answers one request at a time, further requests wait. */
export interface WorkerPool {
  /** Answers one request; `id` is added to it and taken from the answer. */
  ask(request: JsonObject, asked: WorkerAsked): Promise<{ body: JsonObject; latencyMs: number }>;
  /** Ends all workers. */
  close(): Promise<void>;
}

/** How long a worker may take to end by itself when its input is closed, in milliseconds. */
const farewellMs = 1000;

function open(program: Program, maximumBytes: number): Worker {
  const running = start(program);
  const worker: Worker = { running, lines: [], wake: () => {}, hasTooMuch: false, last: 0 };
  let rest: Buffer[] = [];
  let size = 0;
  running.child.stdout.on("data", (part: Buffer) => {
    size += part.length;
    // What nobody will read is not kept: the next request, or the one that waits, ends the worker.
    if (size + worker.lines.reduce((sum, { length }) => sum + length, 0) > maximumBytes)
      worker.hasTooMuch = true;
    if (!worker.hasTooMuch) {
      let from = 0;
      for (let end = part.indexOf(0x0a); end !== -1; end = part.indexOf(0x0a, from)) {
        worker.lines.push(Buffer.concat([...rest, part.subarray(from, end)]));
        rest = [];
        from = end + 1;
      }
      rest.push(part.subarray(from));
      size = from === 0 ? size : part.length - from;
    }
    worker.wake();
  });
  return worker;
}

/** The next line of a worker. */
async function nextLine(
  program: Program,
  worker: Worker,
  { maximumBytes, signal }: WorkerAsked,
): Promise<Buffer> {
  const { running } = worker;
  const failed = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(abortedFailure(signal, program.name)), { once: true });
    // The case may not be why it died, and the next worker is a fresh one: worth another try.
    void running.ended.then((ending) => reject(endedFailure(program, running, ending, true)));
  });
  failed.catch(() => {});
  for (;;) {
    if (worker.hasTooMuch) throw tooMuch(program, maximumBytes);
    const line = worker.lines.shift();
    if (line !== undefined) return line;
    const woken = new Promise<void>((wake) => {
      worker.wake = wake;
    });
    await Promise.race([woken, failed]);
  }
}

function answered(program: Program, worker: Worker, line: Buffer, id: number): JsonObject {
  const body = jsonFrom(line, program.name, program.redact);
  if (isJsonObject(body) && body.id === id) {
    const { id: _, ...answer } = body;
    return answer;
  }
  const had =
    isJsonObject(body) && body.id !== undefined ? `the \`id\` ${JSON.stringify(body.id)}` : "no `id`";
  const message = `${program.name} answered with ${had.slice(0, 80)} where ${id} was asked: a worker writes one line for each request, with its \`id\``;
  throw new TargetError({ kind: "target", message: withWords(message, worker.running), retryable: false });
}

/** Asks a worker one request. */
async function askWorker(
  program: Program,
  worker: Worker,
  request: JsonObject,
  asked: WorkerAsked,
): Promise<JsonObject> {
  const id = ++worker.last;
  const isBehind = worker.lines.length > 0;
  worker.running.child.stdin.write(`${JSON.stringify({ ...request, id })}\n`);
  const line = await nextLine(program, worker, asked);
  try {
    return answered(program, worker, line, id);
  } catch (error) {
    // A line that was there before the question is of an earlier case: this one is worth another try, with a fresh worker.
    if (!isBehind || !(error instanceof TargetError)) throw error;
    throw new TargetError({ ...error.failure, retryable: true });
  }
}

/** The place of one worker; `null` before it is started, and after it failed. */
interface Place {
  worker: Worker | null;
}

/** Makes workers of a program, as many as are needed and at most so many. */
export function workerPool(
  program: () => Program,
  count: number,
  background: (work: Promise<void>) => void,
): WorkerPool {
  const places = Array.from({ length: count }, (): Place => ({ worker: null }));
  const queue = slotQueue(places);
  const askNow = async (place: Place, now: Program, request: JsonObject, asked: WorkerAsked) => {
    const begun = performance.now();
    if (place.worker === null || place.worker.running.hasEnded())
      place.worker = open(now, asked.maximumBytes);
    const { worker } = place;
    try {
      const body = await askWorker(now, worker, request, asked);
      return { body, latencyMs: performance.now() - begun };
    } catch (error) {
      place.worker = null;
      background(worker.running.stop());
      throw error;
    }
  };
  return {
    async ask(request, asked) {
      const now = program();
      const place = await queue.take(asked.signal).catch(() => {
        throw abortedFailure(asked.signal, now.name);
      });
      try {
        return await askNow(place, now, request, asked);
      } finally {
        queue.give(place);
      }
    },
    async close() {
      const workers = places.flatMap(({ worker }) => worker ?? []);
      for (const place of places) place.worker = null;
      await Promise.all(workers.map(farewell));
    },
  };
}

/** Closes the worker's input, which tells it to end, and ends it when it does not. */
async function farewell({ running }: Worker): Promise<void> {
  running.child.stdin.end();
  const patience = new Promise<void>((done) => setTimeout(done, farewellMs).unref());
  await Promise.race([running.ended, patience]);
  await running.stop();
}
