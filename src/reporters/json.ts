import type { Reporter } from "../core/extensions.ts";
import { isUnseen } from "./text.ts";

/**
 * The report as JSON. Unseen characters are written as `\u` escapes: the value is the same for a parser, and nothing in it can
 * drive the terminal that it is printed on.
 */
export const jsonReporter: Reporter = {
  name: "json",
  render: (report) => `${escapeUnseen(JSON.stringify(report, null, 2))}\n`,
};

function escapeUnseen(json: string): string {
  let result = "";
  for (const character of json) {
    const code = character.codePointAt(0) ?? 0;
    result += code !== 0x0a && isUnseen(code) ? escaped(character) : character;
  }
  return result;
}

function escaped(character: string): string {
  let result = "";
  for (let i = 0; i < character.length; i++)
    result += `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return result;
}
