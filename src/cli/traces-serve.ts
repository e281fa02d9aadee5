import { join } from "node:path";
import { EvalsError } from "../core/errors.ts";
import { plural } from "../core/quantities.ts";
import { traceReceiver } from "../index.ts";
import type { Process } from "./process.ts";

/** Options of `evals traces serve`. */
export interface TracesServeOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** `evals traces serve`: receives traces until it is interrupted. */
export async function tracesServeCommand(options: TracesServeOptions, process: Process): Promise<number> {
  const { name, host, port } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new EvalsError(
      "USAGE",
      `"${name}" is no name for traces`,
      "take letters, digits, `.`, `_` and `-`",
    );
  }
  const folder = join("traces", name);
  const receiver = await traceReceiver({
    folder,
    host,
    port,
    token: process.env.EVALS_TRACES_TOKEN || undefined,
    now: new Date(),
  });
  process.stdout.write(`${receiver.url}\n`);
  process.stderr.write(`listening; what is acknowledged is in ${receiver.file}\n`);
  await interrupted(process);
  await receiver.close();
  const { requests, spans, rejectedSpans, refused } = receiver.counts();
  process.stderr.write(
    `${plural(requests, "request")} with ${plural(spans, "span")}; ${plural(rejectedSpans, "span")} could not be read, ${plural(refused, "request was", "requests were")} refused\n`,
  );
  process.stderr.write(`import them: evals traces import ${folder} --as ${name}\n`);
  return 0;
}

function interrupted(process: Process): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
