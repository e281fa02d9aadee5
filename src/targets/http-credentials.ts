import { env } from "node:process";
import { EvalsError, TargetError } from "../core/errors.ts";
import type { HttpSettings } from "./http-options.ts";

/** What a request is sent with, and what must not be shown of it. */
interface Credentials {
  readonly url: URL;
  readonly headers: Record<string, string>;
  /** Values that came from the environment. */
  readonly secrets: readonly string[];
}

/** Shorter values are too common in texts to be taken out of them. */
const shortestSecret = 8;

/** Characters that a header may hold (RFC 9110, 5.5), without line ends. */
const sendable = /^[\t\x20-\x7e\x80-\xff]+$/;

function variablesOf({ headers, query }: HttpSettings): string[] {
  const values = [...Object.values(headers), ...Object.values(query)];
  return values.flatMap((value) => (typeof value === "string" ? [] : [value.env]));
}

/**
 * Finds what would make every call fail.
 *
 * @throws EvalsError `CREDENTIAL_MISSING` for an environment variable that is not set or cannot be sent.
 */
export function checkVariables(settings: HttpSettings): void {
  for (const name of variablesOf(settings)) {
    const value = env[name]?.trim() ?? "";
    if (value === "") {
      throw new EvalsError(
        "CREDENTIAL_MISSING",
        `target "${settings.name}" needs the environment variable ${name}, which is not set`,
        `Set ${name}, or name the variable that holds the value in \`headers\` or \`query\`.`,
      );
    }
    if (!sendable.test(value)) {
      throw new EvalsError(
        "CREDENTIAL_MISSING",
        `the environment variable ${name} holds something that cannot be sent: it has line breaks or other than Latin-1 characters`,
        `Set ${name} to the value alone.`,
      );
    }
  }
}

function resolved(value: HttpSettings["headers"][string], target: string): string {
  if (typeof value === "string") return value;
  const found = env[value.env]?.trim() ?? "";
  if (found !== "") return `${value.prefix ?? ""}${found}`;
  const message = `target "${target}" needs the environment variable ${value.env}, which is not set`;
  throw new TargetError({ kind: "target", message, retryable: false });
}

/** URL and headers with the values that the environment has now. */
export function readCredentials(settings: HttpSettings): Credentials {
  const url = new URL(settings.url);
  for (const [name, value] of Object.entries(settings.query)) {
    url.searchParams.append(name, resolved(value, settings.name));
  }
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/json",
  };
  for (const [name, value] of Object.entries(settings.headers)) {
    headers[name.toLowerCase()] = resolved(value, settings.name);
  }
  const values = variablesOf(settings).map((name) => env[name]?.trim() ?? "");
  return { url, headers, secrets: values.filter(({ length }) => length >= shortestSecret) };
}
