import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { complaint } from "../core/validate.ts";
import type { Template } from "./conversation.ts";

/** A function tool that the model may call. */
export interface OpenAITool {
  /** Name of the tool: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What the tool does, for the model. Default: not sent. */
  readonly description?: string;
  /** JSON Schema of its arguments, an object. Default: not sent, a tool without arguments. */
  readonly parameters?: JsonObject;
  /** True when the provider must keep the arguments to the schema. Default: not sent. */
  readonly strict?: boolean;
}

/** An answer format that is held to a JSON Schema. */
export interface OpenAIJsonSchemaFormat {
  /** Name of the schema: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** The JSON Schema. */
  readonly schema: JsonObject;
  /** True when the provider must keep the answer to the schema. Default: not sent. */
  readonly strict?: boolean;
}

/** Prices of a model in US dollars. */
export interface OpenAIPrices {
  /** For a million tokens read; 0 or more. */
  readonly inputUsdPerMillion: number;
  /** For a million tokens written; 0 or more. */
  readonly outputUsdPerMillion: number;
  /** For a million tokens that the provider read from its cache; 0 or more. Default: the price of input. */
  readonly cachedInputUsdPerMillion?: number | undefined;
}

/** Options of `openaiTarget`. What is left out is not sent, so that the provider's default holds. */
export interface OpenAITargetOptions {
  /** Name for people. Default: `openai` and the model. */
  readonly name?: string;
  /** Model, in the provider's word. */
  readonly model: string;
  /** Base URL of the API with its version, `http` or `https`, without credentials or query. Default: `https://api.openai.com/v1`, whatever the environment says. */
  readonly baseURL?: string;
  /** Name of the environment variable with the API key. Default: `OPENAI_API_KEY`; for a loopback `baseURL`, or with an `authorization` or `api-key` header of your own, no key is sent unless you name the variable. */
  readonly apiKeyEnv?: string;
  /** Prompt: the system message that goes before all others. Default: none. */
  readonly system?: string;
  /** Makes messages of the variables and the context of a case; they stand between the prompt and the case's own messages. Its source text is fingerprinted, what it closes over is not. Without it, a case with context or with variables alone fails instead of being asked half. */
  readonly template?: Template;
  /** Function tools that the model may call. Default: none. */
  readonly tools?: readonly OpenAITool[];
  /** Whether it may or must call one, or which. Default: not sent. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  /** Format of the answer: free text, any JSON, or JSON held to a schema. Default: `text`. */
  readonly responseFormat?: "text" | "json" | OpenAIJsonSchemaFormat;
  /** Sampling temperature, 0..2. */
  readonly temperature?: number;
  /** The largest number of tokens that may be written; at least 1. */
  readonly maxOutputTokens?: number;
  /** Name under which `maxOutputTokens` is sent: servers pass over a name that they do not know. Default: `max_completion_tokens` for OpenAI and Azure, `max_tokens` elsewhere. */
  readonly maxOutputTokensName?: "max_completion_tokens" | "max_tokens";
  /** Nucleus sampling: share of the probability mass that is drawn from, above 0 up to 1. */
  readonly topP?: number;
  /** Texts that end the answer: one, or up to four. */
  readonly stop?: string | readonly string[];
  /** `trial` sends the trial's seed, `false` sends none. Default: `trial`. */
  readonly seed?: "trial" | false;
  /** Prices of the model. Default: unknown, and the cost is then `null`. */
  readonly prices?: OpenAIPrices;
  /** Further headers. They are part of the bundle, so their values appear in manifests and reports, except where the name or the value looks like a credential. */
  readonly headers?: Readonly<Record<string, string>>;
}

const name64 = z.string().regex(/^[\w-]{1,64}$/, { error: "expected 1 to 64 letters, digits, `_` or `-`" });
const jsonObject = z.record(z.string(), z.json());
const price = z.number().min(0);

const baseURLSchema = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    const bare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
    return bare && /^https?:$/.test(url.protocol);
  },
  { error: "expected an http or https URL without credentials, query or fragment" },
);

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
    template: z
      .custom<Template>((value) => typeof value === "function", { error: "expected a function" })
      .optional(),
    tools: z
      .array(
        z.strictObject({
          name: name64,
          description: z.string().optional(),
          parameters: jsonObject.optional(),
          strict: z.boolean().optional(),
        }),
      )
      .min(1)
      .optional(),
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
    stop: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(4)], {
        error: "expected a text or one to four texts",
      })
      .optional(),
    seed: z
      .union([z.literal("trial"), z.literal(false)], { error: 'expected "trial" or false' })
      .default("trial"),
    prices: z
      .strictObject({
        inputUsdPerMillion: price,
        outputUsdPerMillion: price,
        cachedInputUsdPerMillion: price.optional(),
      })
      .optional(),
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
  });

/** The options in their checked form, with defaults filled in. A copy: later changes to the options are not seen. */
export type OpenAISettings = z.infer<typeof optionsSchema> & {
  /** Base URL without a slash at its end. */
  readonly baseURL: string;
  /** Host of the base URL, for messages. */
  readonly host: string;
  /** True when the base URL is on this machine. */
  readonly loopback: boolean;
  /** Name under which `maxOutputTokens` is sent. */
  readonly maxOutputTokensName: "max_completion_tokens" | "max_tokens";
};

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
  const { host, hostname } = new URL(baseURL);
  const official = /(^|\.)(openai\.com|azure\.com)$/.test(hostname);
  return {
    ...parsed.data,
    baseURL,
    host,
    loopback: isLoopback(hostname),
    maxOutputTokensName:
      parsed.data.maxOutputTokensName ?? (official ? "max_completion_tokens" : "max_tokens"),
  };
}

/** A copy of a value as JSON keeps it. */
export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
