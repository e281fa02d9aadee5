import { TargetError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Redact } from "../core/redact.ts";
import { excerpt } from "./secrets.ts";

/** Deeper than any answer that means something, and shallow enough for every function that walks an answer. */
export const deepestNesting = 100;

/** True when a value has lists and objects inside each other further than that. Walks without recursion. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestNesting) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}

/**
 * The JSON value that a program or server sent.
 *
 * @param who begins the message of a failure: the host or the program.
 * @param redact takes secrets out of what a failure quotes.
 * @throws TargetError of kind `target`, not retryable, for what is not UTF-8, not JSON or nested too deeply; it quotes the beginning.
 */
export function jsonFrom(bytes: Uint8Array, who: string, redact: Redact): Json {
  const refuse = (what: string) =>
    new TargetError({
      kind: "target",
      message: `${who} sent an answer that cannot be used: ${what}`,
      retryable: false,
    });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refuse("the text is not valid UTF-8");
  }
  if (text.trim() === "") throw refuse("it is empty");
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    const what = text.trimStart().startsWith("<") ? "HTML instead of JSON" : "not JSON";
    throw refuse(`${what}: ${excerpt(redact(text.slice(0, 10_000)), 200)}`);
  }
  if (isTooDeep(value)) throw refuse(`it is nested deeper than ${deepestNesting} levels`);
  return value;
}
