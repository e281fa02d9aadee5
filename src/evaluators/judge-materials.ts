import type { Case } from "../core/dataset.ts";
import type { Output } from "../core/sample.ts";
import type { Material } from "./judge-sheet.ts";
import { clip } from "./text.ts";

const longestJson = 20_000;

/** What the system was asked, as a judge reads it. */
export function conversationOf({ input }: Pick<Case, "input">): Material[] {
  const said = (input.messages ?? []).map(({ role, content }) => `${role}: ${content}`).join("\n\n");
  const variables = input.variables === undefined ? "" : asText(input.variables);
  const text = [said, variables].filter((part) => part !== "").join("\n\n");
  return text === "" ? [] : [{ what: "what the system was asked", text }];
}

/** What the system answered and did, as a judge reads it. */
export function answerOf({
  text,
  toolCalls,
  state,
}: Pick<Output, "text" | "toolCalls" | "state">): Material[] {
  return [
    { what: "the answer", text: text === "" ? "(no text)" : text },
    ...(toolCalls.length === 0
      ? []
      : [{ what: "tool calls in their order, with results", text: asText(toolCalls) }]),
    ...(state === null ? [] : [{ what: "state after the answer", text: asText(state) }]),
  ];
}

function asText(value: unknown): string {
  return clip(JSON.stringify(value, null, 1), longestJson);
}
