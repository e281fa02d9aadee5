import { env } from "node:process";
import { z } from "zod";
import { EvalsError, TargetError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { failureSchema } from "../core/failure.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { redactor, secretsOf } from "../core/redact.ts";
import { complaint } from "../core/validate.ts";
import { withoutUndefined } from "./answer.ts";
import { canStart } from "./command-files.ts";
import { askOnce } from "./command-once.ts";
import {
  type CommandSettings,
  type CommandTargetOptions,
  commandComponents,
  commandSettings,
} from "./command-options.ts";
import type { Program } from "./command-process.ts";
import { workerPool } from "./command-worker.ts";
import { pricesText } from "./given-prices.ts";
import { jsonFrom } from "./json-text.ts";
import { pricedAnswer } from "./priced-answer.ts";
import { requestFiller, requireAskable } from "./request-template.ts";

/** The classes of failure that a program may report: the others are for the runner. */
const reportedSchema = z.strictObject({
  ...failureSchema.shape,
  kind: failureSchema.shape.kind.extract(["timeout", "rate_limit", "provider", "target"]),
  retryable: z.boolean().default(false),
  /** Milliseconds to wait before another try, where the program was told so. */
  retryAfterMs: z.number().min(0).optional(),
});
const reportSchema = z.strictObject({ failure: reportedSchema });

/** The program as it is started now: with the values that the environment has now. */
function programOf({ name, command, args, directory, env: given }: CommandSettings): Program {
  const entries = Object.entries(given).map(([variable, value]) => {
    const found = typeof value === "string" ? value : env[value.env];
    if (found !== undefined) return [variable, found] as const;
    const message = `target "${name}" needs the environment variable ${(value as { env: string }).env}, which is not set`;
    throw new TargetError({ kind: "target", message, retryable: false });
  });
  const environment = Object.fromEntries(entries);
  const secrets = secretsOf({ ...environment, ...passedSecrets(given) });
  return { name, command, args, directory, environment, redact: redactor(secrets) };
}

/** Values that come from the environment under any name are taken out of messages where their own name there says that they are secret. */
function passedSecrets(given: CommandSettings["env"]): Record<string, string | undefined> {
  const names = Object.values(given).flatMap((value) => (typeof value === "string" ? [] : [value.env]));
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}

function checkProgram({ name, command, directory, env: given }: CommandSettings): void {
  for (const value of Object.values(given)) {
    if (typeof value === "string" || env[value.env] !== undefined) continue;
    throw new EvalsError(
      "CREDENTIAL_MISSING",
      `target "${name}" needs the environment variable ${value.env}, which is not set`,
      `Set ${value.env}, or take it out of \`env\`.`,
    );
  }
  if (canStart(command, directory, env.PATH)) return;
  const where = /[/\\]/.test(command) ? `in ${directory}` : "in PATH";
  throw new EvalsError(
    "TARGET_INVALID",
    `target "${name}": there is no program ${command} ${where} that can be started`,
    "Correct `command` or `workingDirectory`; a script needs its interpreter as `command`, or the right to be executed.",
  );
}

/** The answer in what a program wrote, or the failure that it reports. */
function answerOf(
  body: Json,
  { name, response, prices }: CommandSettings,
  context: CallContext,
): TargetResponse {
  if (response !== undefined || !isJsonObject(body) || body.failure === undefined) {
    return pricedAnswer(body, { response, prices, who: name }, context);
  }
  const parsed = reportSchema.safeParse(body);
  if (parsed.success) {
    const { retryAfterMs, ...failure } = parsed.data.failure;
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    throw new TargetError(withoutUndefined(failure) as TargetError["failure"], wait);
  }
  const what = complaint(reportSchema, parsed.error);
  const message = `${name} sent a failure that cannot be used: ${what}`;
  throw new TargetError({ kind: "target", message, retryable: false });
}

/**
 * A target that asks a program in any language: JSON on standard input, JSON on standard output, no shell. The program sees PATH and
 * the variables of `env`, nothing else of this environment. When the time is up or the run is interrupted it is killed with everything
 * that it started. Its component `program` has the command line and the SHA-256 of its files. `check` finds a missing program or
 * variable, `close` ends the workers.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used or files that cannot be read.
 */
export function commandTarget(options: CommandTargetOptions): Target {
  const settings = commandSettings(options);
  const { maximumOutputBytes: maximumBytes } = settings;
  const fill = requestFiller(settings.input);
  const pending = new Set<Promise<void>>();
  const background = (work: Promise<void>) => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  const pool = workerPool(() => programOf(settings), settings.workers ?? 1, background);
  const ask = async (input: Json, context: CallContext): Promise<TargetResponse> => {
    const { signal } = context;
    if (settings.mode === "worker") {
      const { body, latencyMs } = await pool.ask(input as JsonObject, { maximumBytes, signal });
      return { ...answerOf(body, settings, context), latencyMs };
    }
    const program = programOf(settings);
    const asked = { input: `${JSON.stringify(input)}\n`, maximumBytes, signal, background };
    return answerOf(jsonFrom(await askOnce(program, asked), program.name, program.redact), settings, context);
  };
  return {
    name: settings.name,
    components: commandComponents(settings),
    ...(settings.prices !== undefined && { costBasis: pricesText(settings.prices, null) }),
    check: () => checkProgram(settings),
    prepare: (requests) => requireAskable(fill, requests, { name: settings.name, option: "input" }),
    async call(request: TargetRequest, context: CallContext) {
      const filled = fill(request, context);
      const { traceparent } = context;
      const input = isJsonObject(filled) && traceparent !== undefined ? { ...filled, traceparent } : filled;
      const attributes = { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": settings.name };
      return context.span(`invoke_agent ${settings.name}`, attributes, () => ask(input, context), {
        isLeaf: true,
      });
    },
    async close() {
      await pool.close();
      await Promise.all(pending);
    },
  };
}
