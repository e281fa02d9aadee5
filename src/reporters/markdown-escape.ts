import { cut, oneLine } from "./text.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "|": "&#124;",
  ":": "&#58;",
  $: "<span>$</span>",
  // Hosts look for mentions and issue numbers after Markdown was read, so that only a character between helps.
  "@": "@&#8203;",
  "#": "#&#8203;",
};

/**
 * Foreign text for one place in a line of Markdown: one line, at most `limit` characters before escaping, no markup, no HTML, no
 * links, no mentions, no table cell ends.
 */
export function escapeMarkdown(text: string, limit = 300): string {
  return cut(oneLine(text), limit)
    .replace(/[&<>|:$@#]/g, (character) => entities[character] ?? "")
    .replace(/[\\`*_[\]~]/g, "\\$&")
    .replace(/\bwww\./gi, (prefix) => `${prefix.slice(0, 3)}&#46;`);
}
