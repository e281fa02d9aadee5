import { TargetError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { redactValue } from "../core/redact.ts";
import type { ToolCall } from "../core/sample.ts";
import { usageOver } from "../core/usage.ts";
import { conversationOf } from "./conversation.ts";
import { requestAttributes, responseAttributes } from "./openai-attributes.ts";
import { chatProtocol } from "./openai-chat.ts";
import { checkCredentials, readCredentials } from "./openai-client.ts";
import { costBasis } from "./openai-cost.ts";
import type { OpenAITargetOptions } from "./openai-options.ts";
import { openaiComponents } from "./openai-request.ts";
import { responsesProtocol } from "./openai-responses.ts";
import { type Answered, asker } from "./openai-send.ts";
import { type OpenAISettings, openaiSettings } from "./openai-settings.ts";
import { servedOver } from "./openai-sums.ts";
import { answerCall, canContinue } from "./openai-tools.ts";
import type { Call } from "./openai-turn.ts";
import { prepareSending } from "./send.ts";
import { givenArguments } from "./tool-arguments.ts";

/** The failure of a model that does not stop to call tools. */
function tooManyRounds(rounds: number, calls: readonly Call[]): TargetError {
  const names = [...new Set(calls.map(({ name }) => name))].join(", ");
  return new TargetError({
    kind: "target",
    message: `tool round limit: the model still called ${names} after ${rounds} rounds of tool results (\`maximumToolRounds\`)`,
    retryable: false,
  });
}

/** The response of the last turn, with what all turns together called and used. */
function responseOf(turns: readonly Answered[], toolCalls: ToolCall[], beganAt: number): TargetResponse {
  const last = turns.at(-1)!;
  const { rateLimit, firstTokenAt } = last;
  const served = servedOver(turns.map((turn) => turn.served));
  return {
    text: last.text,
    toolCalls: redactValue(toolCalls, last.redact),
    refused: last.refused,
    finishReason: last.finishReason,
    usage: usageOver(turns.map((turn) => turn.usage)),
    ...(Object.keys(served).length === 0 ? {} : { served }),
    ...(firstTokenAt === null ? {} : { timeToFirstTokenMs: firstTokenAt - beganAt }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  };
}

/** The settings with the schema that the request brings, where they name no format of their own. */
function withSchema(settings: OpenAISettings, { answerSchema }: TargetRequest): OpenAISettings {
  if (answerSchema === undefined || settings.responseFormat !== "text") return settings;
  return { ...settings, responseFormat: { ...answerSchema, strict: true } };
}

/** The function that asks, answers the calls of tools, and asks again. */
function converser(settings: OpenAISettings) {
  const protocol = settings.api === "chat" ? chatProtocol : responsesProtocol;
  const ask = asker(settings, protocol);
  return async (request: TargetRequest, context: CallContext): Promise<TargetResponse> => {
    const beganAt = performance.now();
    let conversation = protocol.begin(conversationOf(settings, request));
    const turns: Answered[] = [];
    const toolCalls: ToolCall[] = [];
    for (let round = 1; ; round++) {
      const body = protocol.body(withSchema(settings, request), conversation, { seed: context.seed, round });
      const attributes = requestAttributes(settings, context.seed);
      const asking = async () => {
        const given = await ask(body, context);
        // The recorder keeps this object, so that what only the answer tells is recorded with the span too.
        Object.assign(attributes, responseAttributes(given));
        return given;
      };
      const turn = await context.span(`chat ${settings.model}`, attributes, asking, { isLeaf: true });
      turns.push(turn);
      context.reportUsage?.(turn.usage);
      if (!canContinue(settings, turn.calls)) {
        toolCalls.push(...turn.calls.map(({ name, given }) => ({ name, ...givenArguments(given) })));
        return responseOf(turns, toolCalls, beganAt);
      }
      if (round > settings.maximumToolRounds) throw tooManyRounds(settings.maximumToolRounds, turn.calls);
      const results: unknown[] = [];
      for (const call of turn.calls) {
        const { call: made, text } = await answerCall(settings, call, {
          request,
          context,
          redact: turn.redact,
        });
        toolCalls.push(made);
        results.push(protocol.result(call, text));
      }
      conversation = [...conversation, ...turn.echo, ...results];
    }
  };
}

/**
 * A target that asks a model through chat completions or the responses API, at any base URL that speaks them. It sends each request
 * once: retries are for the runner, and the signal of the call is the only limit of time that it sets. (Node itself gives
 * up on a server that sends nothing for 300 s; that is a failure of kind `timeout`.) Its components say everything that
 * it sends and that can change the answer, never the key. `check` finds a missing key. The environment decides nothing
 * but the key.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used; `CREDENTIAL_MISSING` from `check`.
 */
export function openaiTarget(options: OpenAITargetOptions): Target {
  const settings = openaiSettings(options);
  const name = settings.name ?? `openai ${settings.model}`;
  return {
    name,
    components: openaiComponents(settings, readCredentials(settings).secrets),
    costBasis: costBasis(settings),
    rateKey: settings.host,
    // Tools and templates of one's own are code, of which no component tells all.
    cacheable:
      settings.template === undefined && (settings.tools ?? []).every(({ run }) => run === undefined),
    async check() {
      checkCredentials(name, settings);
      await Promise.all([import("openai"), prepareSending()]);
    },
    call: converser(settings),
  };
}
