import { basename, resolve } from "node:path";
import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { ModelPrices, PriceTable } from "../core/prices.ts";
import { secretsOf } from "../core/redact.ts";
import { complaint } from "../core/validate.ts";
import { fileHashes, namedFiles } from "./command-files.ts";
import { givenPricesSchema } from "./given-prices.ts";
import { defaultMaximumBytes } from "./http-options.ts";
import { absolutePath, shownPath } from "./recording.ts";
import { templateProblem, wholeRequest } from "./request-template.ts";
import { type ResponseMapping, responseMappingSchema } from "./response-mapping.ts";
import { isSecretHeader } from "./secrets.ts";

/** Options of `commandTarget`. */
export interface CommandTargetOptions {
  /** Name for people. Default: `command` with the names of the program and its files. */
  readonly name?: string;
  /** The program: a path, or a name that is looked up in PATH. No shell is involved. */
  readonly command: string;
  /** Its arguments, handed on as they are. */
  readonly args?: readonly string[];
  /**
   * `process` starts the program for each request: JSON on standard input, JSON on standard output. `worker` keeps it: one line of
   * JSON for each request, one line with the same `id` for each answer. Default: `process`.
   */
  readonly mode?: "process" | "worker";
  /** Workers at a time, in mode `worker`; each has one request at a time. Default: 1. */
  readonly workers?: number;
  /** Files that decide what the program does; their SHA-256 is part of the bundle. Paths against the working directory, or `file:` URLs. Default: what of `command` and `args` is the path of a file. */
  readonly files?: readonly (string | URL)[];
  /** Working directory of the program, a path or a `file:` URL. Default: that of this process. */
  readonly workingDirectory?: string | URL;
  /** The program's environment beside PATH: values, which are part of the bundle, or the name of a variable of this process, for secrets: `{ AGENT_KEY: { env: "AGENT_KEY" } }`. */
  readonly env?: Readonly<Record<string, string | { readonly env: string }>>;
  /** What the program is given: a template as in `body` of `httpTarget`; in mode `worker` an object, which gets an `id`. Default: the whole request. */
  readonly input?: unknown;
  /** Where the answer is in what the program writes. Default: it writes an answer as it is (`text`, `toolCalls`, …), or a `failure`. */
  readonly response?: ResponseMapping;
  /**
   * Prices of the tokens that `usage` reports, of one model or as a table; a table needs `served.model`. They go before a cost that the
   * agent reports itself. Default: what it reports, else unknown. Prices are not part of the bundle.
   */
  readonly prices?: ModelPrices | PriceTable;
  /** The largest answer that is read, in bytes. Default: 8 MiB. */
  readonly maximumOutputBytes?: number;
}

const place = z.union(
  [z.string().min(1), z.custom<URL>((value) => value instanceof URL && value.protocol === "file:")],
  { error: "expected a path or a `file:` URL" },
);
const plainText = z.string().regex(/^[^\0]*$/, { error: "expected a text without NUL" });
const variableName = z.string().regex(/^[A-Za-z_]\w*$/, { error: "expected the name of a variable" });

const optionsSchema = z
  .strictObject({
    name: z.string().min(1).optional(),
    command: plainText.min(1),
    args: z.array(plainText).default([]),
    mode: z.enum(["process", "worker"]).default("process"),
    workers: z.int().min(1).max(1000).optional(),
    files: z.array(place).optional(),
    workingDirectory: place.optional(),
    env: z
      .record(
        variableName,
        z.union([plainText, z.strictObject({ env: variableName })], { error: "expected a text or { env }" }),
      )
      .default({}),
    input: z.json().default(wholeRequest),
    response: responseMappingSchema.optional(),
    prices: givenPricesSchema.optional(),
    maximumOutputBytes: z.int().min(1).default(defaultMaximumBytes),
  })
  .superRefine(({ args, env, input, mode, workers }, context) => {
    const complain = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const secretArgument = args.findIndex((text) => isSecretHeader("", text));
    if (secretArgument !== -1) complain(["args", secretArgument], "looks like a secret; give it in `env`");
    for (const [name, value] of Object.entries(env)) {
      if (typeof value !== "string") continue;
      if (secretsOf({ [name]: value }).length > 0 || isSecretHeader("", value)) {
        complain(["env", name], "looks like a secret; give the name of its environment variable: { env }");
      }
    }
    const problem = templateProblem(input);
    if (problem !== null) complain(["input"], problem);
    if (mode === "worker" && (!isJsonObject(input) || Object.hasOwn(input, "id"))) {
      complain(["input"], "a worker is given an object without an `id` of its own: each request gets one");
    }
    if (mode === "process" && workers !== undefined) complain(["workers"], 'is for mode "worker"');
  });

/** The options in their checked form, with defaults filled in. A copy: later changes to the options are not seen. */
export type CommandSettings = Omit<z.infer<typeof optionsSchema>, "response" | "files"> & {
  readonly name: string;
  /** Absolute path of the working directory. */
  readonly directory: string;
  readonly response: ResponseMapping | undefined;
  /** SHA-256 of each file by its path as it was given. */
  readonly files: Readonly<Record<string, string>>;
};

const hint = "Correct the option; a secret is never an option, name its environment variable in `env`.";

function invalid(message: string): EvalsError {
  return new EvalsError("TARGET_INVALID", `commandTarget: ${message}`, hint);
}

function defaultName(command: string, args: readonly string[]): string {
  const words = [command, ...args].filter((word) => !word.startsWith("-")).map((word) => basename(word));
  const text = `command ${words.join(" ")}`;
  return text.length <= 60 ? text : `command ${basename(command)}`;
}

/**
 * Checks the options of a command target and reads the files that are part of the bundle.
 *
 * @throws EvalsError `TARGET_INVALID` that names the member, or the file that cannot be read.
 */
export function commandSettings(options: CommandTargetOptions): CommandSettings {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) throw invalid(complaint(optionsSchema, parsed.error));
  const { command, args, files, workingDirectory, name } = parsed.data;
  const directory = workingDirectory === undefined ? resolve() : absolutePath(workingDirectory);
  const named = files?.map((file) => ({ shown: shownFile(file), path: pathIn(directory, file) }));
  return {
    ...parsed.data,
    name: name ?? defaultName(command, args),
    directory,
    response: parsed.data.response as ResponseMapping | undefined,
    files: fileHashes(named ?? namedFiles(directory, command, args)),
  };
}

function pathIn(directory: string, file: string | URL): string {
  return typeof file === "string" && !file.startsWith("file:")
    ? resolve(directory, file)
    : absolutePath(file);
}

function shownFile(file: string | URL): string {
  return typeof file === "string" && !file.startsWith("file:") ? file : shownPath(absolutePath(file));
}

/** Everything of a program that can change its answers, as a component of the release. Values of the environment are not in it. */
export function commandComponents(settings: CommandSettings): { readonly program: Json } {
  const { command, args, mode, env, input, response, files, workingDirectory } = settings;
  const program = {
    command,
    args,
    mode,
    workingDirectory: workingDirectory === undefined ? null : shownPath(settings.directory),
    env,
    input,
    response: response ?? null,
    files,
  };
  return { program: JSON.parse(JSON.stringify(program)) as Json };
}
