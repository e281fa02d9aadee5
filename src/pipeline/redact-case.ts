import type { Case } from "../core/dataset.ts";
import { type Redact, redactValue } from "../core/redact.ts";

/** A case as it may be written: what it says is redacted, what it is called and tagged is not. The same object where nothing is. */
export function redactCase(item: Case, redact: Redact): Case {
  const messages = mapKept(item.input.messages, (message) => {
    const content = redact(message.content);
    return content === message.content ? message : { ...message, content };
  });
  const variables = item.input.variables && redactValue(item.input.variables, redact);
  const context = mapKept(item.context, (passage) => {
    const text = redact(passage.text);
    return text === passage.text ? passage : { ...passage, text };
  });
  const expected = item.expected && redactValue(item.expected, redact);
  const isKept =
    messages === item.input.messages &&
    variables === item.input.variables &&
    context === item.context &&
    expected === item.expected;
  if (isKept) return item;
  return {
    ...item,
    input: { ...(messages && { messages }), ...(variables && { variables }) },
    ...(context && { context }),
    ...(expected && { expected }),
  };
}

/** The items changed one by one; the same array where all stay. */
function mapKept<T>(items: T[] | undefined, change: (item: T) => T): T[] | undefined {
  const changed = items?.map(change);
  return changed?.every((item, index) => item === items?.[index]) === false ? changed : items;
}
