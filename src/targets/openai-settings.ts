import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { complaint } from "../core/validate.ts";
import type { Template } from "./conversation.ts";
import { givenPricesSchema } from "./given-prices.ts";
import type { OpenAITargetOptions, OpenAITool } from "./openai-options.ts";

const name64 = z.string().regex(/^[\w-]{1,64}$/, { error: "expected 1 to 64 letters, digits, `_` or `-`" });
const jsonObject = z.record(z.string(), z.json());

const baseURLSchema = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    const bare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
    return bare && /^https?:$/.test(url.protocol);
  },
  { error: "expected an http or https URL without credentials, query or fragment" },
);

const isFunction = (value: unknown) => typeof value === "function";

const toolSchema = z
  .strictObject({
    name: name64,
    description: z.string().optional(),
    parameters: jsonObject.optional(),
    strict: z.boolean().optional(),
    run: z.custom<NonNullable<OpenAITool["run"]>>(isFunction, { error: "expected a function" }).optional(),
    results: z
      .array(z.strictObject({ arguments: jsonObject, result: z.json() }))
      .min(1)
      .optional(),
  })
  .superRefine(({ run, results = [] }, context) => {
    if (run !== undefined && results.length > 0) {
      context.addIssue({ code: "custom", message: "has both `run` and `results`" });
    }
    const keys = results.map((result) => canonicalJson(result.arguments));
    const again = keys.findIndex((key, index) => keys.indexOf(key) < index);
    if (again >= 0) {
      const message = "records the same arguments twice";
      context.addIssue({ code: "custom", path: ["results", again], message });
    }
  });

const optionsSchema = z
  .strictObject({
    name: z.string().min(1).optional(),
    model: z.string().min(1),
    baseURL: baseURLSchema.optional(),
    apiKeyEnv: z
      .string()
      .regex(/^(?!sk[-_])[A-Za-z_]\w{0,63}$/i, {
        error: "expected the name of an environment variable, never the key itself",
      })
      .optional(),
    system: z.string().min(1).optional(),
    template: z.custom<Template>(isFunction, { error: "expected a function" }).optional(),
    api: z.enum(["chat", "responses"]).default("chat"),
    stream: z.boolean().default(false),
    tools: z.array(toolSchema).min(1).optional(),
    maximumToolRounds: z.int().min(1).default(8),
    toolChoice: z
      .union([z.enum(["auto", "none", "required"]), z.strictObject({ name: name64 })], {
        error: 'expected "auto", "none", "required" or { name }',
      })
      .optional(),
    responseFormat: z
      .union(
        [
          z.enum(["text", "json"]),
          z.strictObject({ name: name64, schema: jsonObject, strict: z.boolean().optional() }),
        ],
        { error: 'expected "text", "json" or { name, schema, strict }' },
      )
      .default("text"),
    temperature: z.number().min(0).max(2).optional(),
    maxOutputTokens: z.int().min(1).optional(),
    maxOutputTokensName: z.enum(["max_completion_tokens", "max_tokens"]).optional(),
    topP: z.number().gt(0).max(1).optional(),
    logprobs: z.boolean().optional(),
    stop: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)], {
        error: "expected a text or one to four texts",
      })
      .optional(),
    seed: z.union([z.literal("trial"), z.literal(false)], { error: 'expected "trial" or false' }).optional(),
    prices: givenPricesSchema.optional(),
    maximumResponseBytes: z
      .int()
      .min(1)
      .default(16 * 1024 * 1024),
    headers: z
      .record(
        z.string().regex(/^[!#$%&'*+.^`|~\w-]+$/, { error: "expected the name of a header" }),
        z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, {
          error: "expected a header value: one line of Latin-1 text",
        }),
      )
      .default({}),
  })
  .superRefine((options, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const names = options.tools?.map((tool) => tool.name) ?? [];
    if (new Set(names).size < names.length) complain("tools", "two tools have the same name");
    if (options.toolChoice !== undefined && names.length === 0) {
      complain("toolChoice", "there are no `tools` to choose from");
    }
    if (typeof options.toolChoice === "object" && !names.includes(options.toolChoice.name)) {
      complain("toolChoice", "names a tool that is not among `tools`");
    }
    if (options.api === "responses") {
      const missing = "the responses API does not offer it, leave it out or use chat completions";
      if (options.stop !== undefined) complain("stop", missing);
      if (options.seed === "trial") complain("seed", missing);
      if (options.maxOutputTokensName !== undefined) complain("maxOutputTokensName", missing);
    }
  });

/** The options in their checked form, with defaults filled in. A copy: later changes to the options are not seen. */
export type OpenAISettings = Omit<z.infer<typeof optionsSchema>, "seed" | "maxOutputTokensName"> & {
  /** Base URL without a slash at its end. */
  readonly baseURL: string;
  /** Host of the base URL, for messages. */
  readonly host: string;
  readonly hostname: string;
  /** Port of the base URL where it names another than the usual one. */
  readonly port: number | undefined;
  /** True when the base URL is on this machine. */
  readonly loopback: boolean;
  /** True when it is OpenAI's own API. */
  readonly isOpenAI: boolean;
  /** Whether the trial's seed is sent. */
  readonly seed: "trial" | false;
  /** Name under which `maxOutputTokens` is sent. */
  readonly maxOutputTokensName: "max_completion_tokens" | "max_tokens" | "max_output_tokens";
};

/** A tool in its checked form. */
export type Tool = z.infer<typeof toolSchema>;

/** True for names and addresses of this machine. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/**
 * Checks the options of an OpenAI target.
 *
 * @throws EvalsError `TARGET_INVALID` that names the member, with a suggestion for an unknown key.
 */
export function openaiSettings(options: OpenAITargetOptions): OpenAISettings {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    throw new EvalsError(
      "TARGET_INVALID",
      `openaiTarget: ${complaint(optionsSchema, parsed.error)}`,
      "Correct the option; the API key itself is never an option, name its environment variable in `apiKeyEnv`.",
    );
  }
  const baseURL = (parsed.data.baseURL ?? "https://api.openai.com/v1").replace(/\/+$/, "");
  const { host, hostname, port } = new URL(baseURL);
  const official = /(^|\.)(openai\.com|azure\.com)$/.test(hostname);
  const isChat = parsed.data.api === "chat";
  const limitName = official ? "max_completion_tokens" : "max_tokens";
  return {
    ...parsed.data,
    baseURL,
    host,
    hostname,
    port: port === "" ? undefined : Number(port),
    loopback: isLoopback(hostname),
    isOpenAI: /(^|\.)openai\.com$/.test(hostname),
    seed: parsed.data.seed ?? (isChat ? "trial" : false),
    maxOutputTokensName: isChat ? (parsed.data.maxOutputTokensName ?? limitName) : "max_output_tokens",
  };
}

/** A copy of a value as JSON keeps it. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
