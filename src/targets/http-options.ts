import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { ModelPrices, PriceTable } from "../core/prices.ts";
import { complaint } from "../core/validate.ts";
import { givenPricesSchema } from "./given-prices.ts";
import { parsePath } from "./json-path.ts";
import { templateProblem, wholeRequest } from "./request-template.ts";
import { type ResponseMapping, responseMappingSchema } from "./response-mapping.ts";
import { isSecretHeader } from "./secrets.ts";

/** A text, or the value of an environment variable by its name, with what goes before it. Secrets are always given by name. */
export type HttpValue = string | { readonly env: string; readonly prefix?: string };

/** How the answer is fetched from a server that answers later: the first answer names a URL that is asked until a status is final. */
export interface HttpPolling {
  /** Path of the URL to ask, in the first answer. It must be on the same origin. */
  readonly url: string;
  /** Path of the status, in every answer. */
  readonly status: string;
  /** Statuses that mean: not yet. */
  readonly pending: readonly string[];
  /** Statuses that mean: the answer is there. Every other status is a failure. */
  readonly succeeded: readonly string[];
  /** Path of the error's words, in an answer with another status. Default: none. */
  readonly error?: string;
  /** Path of the URL that gives the work up by POST, in the first answer. Used when the time is up or the run is interrupted. Default: none. */
  readonly cancel?: string;
  /** Milliseconds between two questions. Default: 1,000. */
  readonly intervalMs?: number;
}

/** Options of `httpTarget`. */
export interface HttpTargetOptions {
  /** Name for people. Default: `http` and the host. */
  readonly name?: string;
  /** Where the agent is: `http` or `https`, without credentials, query or fragment. */
  readonly url: string;
  /** Method. Default: `POST`. */
  readonly method?: "POST" | "PUT" | "PATCH";
  /** Headers by name. A secret is given as `{ env: "AGENT_KEY", prefix: "Bearer " }`, never as its value. */
  readonly headers?: Readonly<Record<string, HttpValue>>;
  /** Parameters of the query by name. A secret is given by the name of its environment variable. */
  readonly query?: Readonly<Record<string, HttpValue>>;
  /**
   * The body: a JSON value in which `"{{messages}}"`, `"{{lastMessage}}"`, `"{{input.question}}"`, `"{{context}}"`, `"{{seed}}"`,
   * `"{{caseId}}"` and `"{{repetition}}"` stand for values of the request. Default: an object with all of them but `lastMessage`.
   */
  readonly body?: unknown;
  /** Where the answer is in what the server sends. Default: the server sends an answer as it is (`text`, `toolCalls`, …). */
  readonly response?: ResponseMapping;
  /** For a server that answers later. */
  readonly poll?: HttpPolling;
  /**
   * Prices of the tokens that `usage` reports, of one model or as a table; a table needs `served.model`. They go before a cost that the
   * agent reports itself. Default: what it reports, else unknown. Prices are not part of the bundle.
   */
  readonly prices?: ModelPrices | PriceTable;
  /** The largest answer that is read, in bytes. Default: 8 MiB. */
  readonly maximumResponseBytes?: number;
}

/** The largest answer that is read unless an option says otherwise, in bytes: 8 MiB. */
export const defaultMaximumBytes = 8 * 1024 * 1024;

/** Headers that the client sets, or that say how the bytes travel. */
const reservedHeader = /^(host|connection|content-length|transfer-encoding|upgrade|expect|traceparent)$/i;

const valueSchema = z.union(
  [
    z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, { error: "expected one line of Latin-1 text" }),
    z.strictObject({
      env: z.string().regex(/^[A-Za-z_]\w*$/, { error: "expected the name of an environment variable" }),
      prefix: z.string().optional(),
    }),
  ],
  { error: "expected a text or { env, prefix }" },
);

const path = z.string().refine((text) => parsePath(text) !== null, { error: "expected a path" });

const urlSchema = z.string().refine(
  (text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    const bare = url.username === "" && url.password === "" && !/[?#]/.test(text);
    return bare && /^https?:$/.test(url.protocol);
  },
  { error: "expected an http or https URL without credentials, query (see `query`) or fragment" },
);

const optionsSchema = z
  .strictObject({
    name: z.string().min(1).optional(),
    url: urlSchema,
    method: z.enum(["POST", "PUT", "PATCH"]).default("POST"),
    headers: z
      .record(
        z.string().regex(/^[!#$%&'*+.^`|~\w-]+$/, { error: "expected the name of a header" }),
        valueSchema,
      )
      .default({}),
    query: z.record(z.string().min(1), valueSchema).default({}),
    body: z.json().default(wholeRequest),
    response: responseMappingSchema.optional(),
    poll: z
      .strictObject({
        url: path,
        status: path,
        pending: z.array(z.string()).min(1),
        succeeded: z.array(z.string()).min(1),
        error: path.optional(),
        cancel: path.optional(),
        intervalMs: z.int().min(1).default(1000),
      })
      .optional(),
    prices: givenPricesSchema.optional(),
    maximumResponseBytes: z.int().min(1).default(defaultMaximumBytes),
  })
  .superRefine(({ headers, query, body }, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const member of ["headers", "query"] as const) {
      for (const [name, value] of Object.entries(member === "headers" ? headers : query)) {
        if (typeof value === "string" && isSecretHeader(name, value)) {
          complain([member, name], "looks like a secret; give the name of its environment variable: { env }");
        }
      }
    }
    const reserved = Object.keys(headers).find((name) => reservedHeader.test(name));
    if (reserved !== undefined) complain(["headers", reserved], "is set by the client");
    const problem = templateProblem(body);
    if (problem !== null) complain(["body"], problem);
  });

/** The options in their checked form, with defaults filled in. A copy: later changes to the options are not seen. */
export type HttpSettings = Omit<z.infer<typeof optionsSchema>, "response"> & {
  readonly response: ResponseMapping | undefined;
  readonly name: string;
  /** Host of the URL, for messages. */
  readonly host: string;
};

/**
 * Checks the options of an HTTP target.
 *
 * @throws EvalsError `TARGET_INVALID` that names the member, with a suggestion for an unknown key.
 */
export function httpSettings(options: HttpTargetOptions): HttpSettings {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    throw new EvalsError(
      "TARGET_INVALID",
      `httpTarget: ${complaint(optionsSchema, parsed.error)}`,
      'Correct the option; a secret is never an option, name its environment variable: { env: "AGENT_KEY" }.',
    );
  }
  const { host } = new URL(parsed.data.url);
  const response = parsed.data.response as ResponseMapping | undefined;
  return { ...parsed.data, response, name: parsed.data.name ?? `http ${host}`, host };
}

/** Everything that a target sends and reads, as a component of the release. Values of the environment are not in it. */
export function httpComponents(settings: HttpSettings): { readonly endpoint: Json } {
  const { url, method, headers, query, body, response, poll } = settings;
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const endpoint = {
    url,
    method,
    body,
    headers: Object.fromEntries(lowerCase),
    query,
    response: response ?? null,
    poll: poll ?? null,
  };
  return { endpoint: JSON.parse(JSON.stringify(endpoint)) as Json };
}
