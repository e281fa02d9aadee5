/** Ranges of code points that no reader sees and that change how a terminal or a page shows its neighbours. */
const unseen: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xfffe, 0xffff],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** True for a code point that is not seen and changes how its neighbours are shown: controls, bidirectional overrides, tags. */
export function isUnseen(code: number): boolean {
  return unseen.some(([first, last]) => code >= first && code <= last);
}

function shown(code: number): string | null {
  if (code === 0x0a) return null;
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  return isUnseen(code) ? `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩` : null;
}

/**
 * Text in which nothing is hidden: a control character, or another one that is not seen, becomes its code point (escape is
 * `⟨U+001B⟩`). Line ends stay, a tab becomes two spaces. Every reporter sends what it did not write itself through here.
 */
export function visible(text: string): string {
  let result = "";
  for (const character of text.replaceAll("\r\n", "\n").replaceAll("\t", "  ")) {
    result += shown(character.codePointAt(0) ?? 0) ?? character;
  }
  return result;
}

/** The same in one line: line ends and runs of white space become one space. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, " ").trim();
}

/** Text of at most `limit` UTF-16 units, `…` at its end when something was cut; no character is cut in half. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = text.slice(0, Math.max(0, limit - 1));
  const last = kept.charCodeAt(kept.length - 1);
  return `${last >= 0xd800 && last <= 0xdbff ? kept.slice(0, -1) : kept}…`;
}

/** A JSON value on one line, or indented by two spaces, with nothing hidden. */
export function jsonText(value: unknown, indent = 0): string {
  return visible(JSON.stringify(value, null, indent) ?? "");
}

/** Text as a word of a command line: as it is, quoted, or a placeholder for what no one should paste into a shell. */
export function shellWord(text: string, placeholder: string): string {
  if (/^[\w.:/@=+][\w.:/@=+-]*$/.test(text)) return text;
  return /^[\w.:/@=+#~, ][\w.:/@=+#~, -]*$/.test(text) ? `'${text}'` : placeholder;
}
