import { createHash } from "node:crypto";
import { z } from "zod";
import { type Message, messageSchema, type Passage } from "../core/dataset.ts";
import { TargetError } from "../core/errors.ts";
import type { TargetRequest } from "../core/extensions.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { complaint } from "../core/validate.ts";

/** Makes messages of a case's variables (empty when it has none). Must give the same messages for the same case. */
export type Template = (
  variables: JsonObject,
  given: { readonly context: readonly Passage[] },
) => readonly Message[];

/** The part of a prompt that belongs to the release and not to the case. */
export interface Prompt {
  /** The system message that goes before all others. */
  readonly system?: string | undefined;
  /** Makes messages that stand between the prompt and the case's own messages. */
  readonly template?: Template | undefined;
}

const messagesSchema = z.array(messageSchema);

/** The prompt as a component of the release: a template by the SHA-256 of its source text. Empty when there is neither. */
export function promptComponent({ system, template }: Prompt): { prompt?: Json } {
  if (system === undefined && template === undefined) return {};
  return {
    prompt: {
      ...(system === undefined ? {} : { system }),
      ...(template === undefined
        ? {}
        : { template: `sha256:${createHash("sha256").update(template.toString()).digest("hex")}` }),
    },
  };
}

/** A failure that comes of the case and the options: no call is made. */
export function unaskable(message: string): TargetError {
  return new TargetError({ kind: "target", message, retryable: false });
}

function fromTemplate({ template }: Prompt, request: TargetRequest): readonly Message[] {
  if (template !== undefined) {
    const made = messagesSchema.safeParse(
      template(request.input.variables ?? {}, { context: request.context }),
    );
    if (made.success) return made.data;
    throw unaskable(
      `the template returned messages that cannot be sent: ${complaint(messagesSchema, made.error)}`,
    );
  }
  const missing = "the target has no `template` to put them into the conversation";
  if (request.context.length > 0) {
    throw unaskable(`case ${request.caseId} gives passages of context, but ${missing}`);
  }
  if (request.messages.length === 0) {
    throw unaskable(`case ${request.caseId} has variables alone, but ${missing}`);
  }
  return [];
}

/**
 * The messages of a call: the prompt, what the template makes of the case, the messages of the case.
 *
 * @throws TargetError of kind `target` for a case of which a part would be left unsaid.
 */
export function conversationOf(prompt: Prompt, request: TargetRequest): readonly Message[] {
  const first: Message[] = prompt.system === undefined ? [] : [{ role: "system", content: prompt.system }];
  const asked = [...fromTemplate(prompt, request), ...request.messages];
  if (asked.length === 0) throw unaskable(`there is no message to send for case ${request.caseId}`);
  return [...first, ...asked];
}
