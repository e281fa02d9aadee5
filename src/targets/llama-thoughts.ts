/** The signs around what a model thinks before it answers. */
export interface ThoughtSigns {
  /** Before a thought, such as `<think>`. */
  readonly prefix: string;
  /** After it. */
  readonly suffix: string;
}

/** What was said and what was thought. */
export interface Said {
  readonly text: string;
  readonly thoughts: string;
}

/**
 * Parts what a model wrote into thoughts and answer. A thought that never ends leaves no answer. `isOpen` says that the prompt
 * itself ended with the sign that opens a thought, as some chat templates do.
 */
export function withoutThoughts(written: string, { prefix, suffix }: ThoughtSigns, isOpen: boolean): Said {
  let thoughts = "";
  let text = "";
  let rest = isOpen ? prefix + written : written;
  for (;;) {
    const begin = rest.indexOf(prefix);
    if (begin < 0) break;
    const inside = begin + prefix.length;
    const end = rest.indexOf(suffix, inside);
    text += rest.slice(0, begin);
    thoughts += rest.slice(inside, end < 0 ? undefined : end);
    rest = end < 0 ? "" : rest.slice(end + suffix.length);
  }
  return thoughts === "" && text === "" ? { text: rest, thoughts } : { text: (text + rest).trim(), thoughts };
}
