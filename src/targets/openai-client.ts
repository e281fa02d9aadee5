import { env } from "node:process";
import type * as SDK from "openai";
import type OpenAI from "openai";
import { EvalsError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { firstText } from "./bounded.ts";
import type { OpenAISettings } from "./openai-settings.ts";
import { isSecretHeader } from "./secrets.ts";
import { sendRequest } from "./send.ts";

/** The key of a target and where it comes from. */
interface Credentials {
  /** Value of the key; `undefined` when none is sent. */
  readonly key: string | undefined;
  /** Environment variable that it was read from; `undefined` when none is sent. */
  readonly keyEnv: string | undefined;
  /** Every value that must not be shown: the key and those of secret headers. */
  readonly secrets: readonly string[];
}

/** Longest delay of a timer: the library's own timeout is out of the way, the signal of the call decides. */
const neverMs = 2 ** 31 - 1;

function variableOf({ apiKeyEnv, loopback, headers }: OpenAISettings): string | undefined {
  if (apiKeyEnv !== undefined) return apiKeyEnv;
  const own = Object.keys(headers).some((name) => /^(authorization|api-key)$/i.test(name));
  return loopback || own ? undefined : "OPENAI_API_KEY";
}

/** The credentials as the environment has them now; the key is `undefined` too when its variable is not set. */
export function readCredentials(settings: OpenAISettings): Credentials {
  const keyEnv = variableOf(settings);
  const value = keyEnv === undefined ? undefined : env[keyEnv]?.trim();
  const key = value === "" ? undefined : value;
  const secretHeaders = Object.entries(settings.headers)
    .filter(([name, header]) => isSecretHeader(name, header))
    .flatMap(([, header]) => [header.trim(), header.trim().replace(/^(bearer|basic)\s+/i, "")]);
  return { key, keyEnv, secrets: key === undefined ? secretHeaders : [key, ...secretHeaders] };
}

/**
 * Finds what would make every call fail.
 *
 * @throws EvalsError `CREDENTIAL_MISSING` when the key's variable is not set or cannot be sent; `TARGET_INVALID` when the
 * environment would add headers that the release does not name.
 */
export function checkCredentials(target: string, settings: OpenAISettings): Credentials {
  const credentials = readCredentials(settings);
  const { key, keyEnv } = credentials;
  if (keyEnv !== undefined && key === undefined) {
    throw new EvalsError(
      "CREDENTIAL_MISSING",
      `target "${target}" needs an API key for ${settings.host}, but the environment variable ${keyEnv} is not set`,
      `Set ${keyEnv}, or name the variable that has the key in \`apiKeyEnv\`.`,
    );
  }
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new EvalsError(
      "CREDENTIAL_MISSING",
      `the environment variable ${keyEnv} holds something that cannot be an API key: it has spaces, line breaks or other than ASCII characters`,
      `Set ${keyEnv} to the key alone.`,
    );
  }
  if (env.OPENAI_CUSTOM_HEADERS?.trim()) {
    throw new EvalsError(
      "TARGET_INVALID",
      `the environment variable OPENAI_CUSTOM_HEADERS would make target "${target}" send headers that its release does not name`,
      "Unset it, and give the headers in `headers` of the target.",
    );
  }
  return credentials;
}

/** The longest error body that is read, in UTF-16 code units. */
const longestErrorBody = 65_536;

/**
 * `fetch` that keeps the words of an error. The library reads only the member `error` of a JSON body and drops what servers
 * say in other members, such as `detail` or `message`.
 */
async function fetchKeepingWords(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await sendRequest(url as string, init as never);
  if (response.ok) return response;
  const text = await firstText(response, longestErrorBody).catch(() => "");
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = undefined;
  }
  const kept = isJsonObject(said) && isJsonObject(said.error);
  const wrapped = kept ? text : JSON.stringify({ error: { message: text } });
  // Null, not "": a response of status 304 must not have a body.
  const body = text.trim() === "" ? null : wrapped;
  return new Response(body, { status: response.status, headers: response.headers });
}

/** Makes clients; the last one is kept as long as the key stays the same. */
export function clientMaker(settings: OpenAISettings): (sdk: typeof SDK, key: string | undefined) => OpenAI {
  let last: { readonly key: string | undefined; readonly client: OpenAI } | undefined;
  return (sdk, key) => {
    if (last === undefined || last.key !== key) {
      const noKey = key === undefined ? { authorization: null } : {};
      // What the library would otherwise take from the environment is given here, so that a release sends the same everywhere.
      const client = new sdk.OpenAI({
        apiKey: key ?? "none",
        adminAPIKey: null,
        organization: null,
        project: null,
        webhookSecret: null,
        baseURL: settings.baseURL,
        maxRetries: 0,
        timeout: neverMs,
        logLevel: "off",
        defaultHeaders: { ...noKey, ...settings.headers },
        fetch: fetchKeepingWords,
        fetchOptions: { redirect: "manual" },
      });
      last = { key, client };
    }
    return last.client;
  };
}
