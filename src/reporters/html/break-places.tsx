import type { ComponentChildren } from "preact";

/** Words of up to 16 characters stay whole: the narrowest column has room for them. */
const longWord = /(\S{17,})/u;

/**
 * Where a name of several parts may go on in the next line: behind `_`, `=`, `/`, `&` and `|`, behind `-`, `:`, `,` and `+` that do not
 * stand between digits, and before a dot that a letter follows. Numbers, versions and dates stay whole.
 */
const place =
  /(?<=[^\s_=/&|][_=/&|])(?=[^\s_=/&|])|(?<=[^\s\d][-:,+])(?=\w)|(?<=\d[-:,+])(?=[^\s\d])|(?=\.\p{L})/u;

/**
 * Text with places at which long words may break, instead of anywhere. The places are elements without text: what is copied, searched or read
 * aloud is the text itself.
 */
export function breakable(text: string): ComponentChildren {
  const parts = text.split(longWord);
  if (parts.length === 1) return text;
  // What the pattern caught stands at the odd places.
  return parts.map((part, index) => (index % 2 === 0 ? part : withPlaces(part)));
}

function withPlaces(word: string): ComponentChildren {
  const [first = "", ...rest] = word.split(place);
  return [
    first,
    ...rest.map((piece) => (
      <>
        <wbr />
        {piece}
      </>
    )),
  ];
}
