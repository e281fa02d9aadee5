import type { Failure } from "../../src/core/errors.ts";

/** What servers and programs do, well or badly: every target that speaks to one must end each of these as it says. */
export const scenarioNames = [
  "ok",
  "stream",
  "tool calls",
  "malformed",
  "empty",
  "refusal",
  "400",
  "401",
  "429",
  "429 with Retry-After",
  "500",
  "timeout",
  "reset mid-stream",
  "huge answer",
  "invalid UTF-8",
] as const;
/** Name of a scenario. */
export type ScenarioName = (typeof scenarioNames)[number];

/** How a call must end. */
export type Outcome =
  | {
      readonly ends: "answer";
      readonly refused: boolean;
      readonly text?: string;
      readonly tool?: string;
      readonly arguments?: object;
    }
  | {
      readonly ends: "failure";
      readonly failure: Pick<Failure, "kind" | "retryable"> & { readonly statusCode?: number };
      readonly retryAfterMs?: number;
    };

const answer = (rest: { text?: string; tool?: string } = {}): Outcome => ({
  ends: "answer",
  refused: false,
  ...rest,
});
const failure = (kind: Failure["kind"], retryable: boolean, statusCode?: number): Outcome => ({
  ends: "failure",
  failure: { kind, retryable, ...(statusCode === undefined ? {} : { statusCode }) },
});

/** How a call must end in each scenario. */
export const outcomes: Readonly<Record<ScenarioName, Outcome>> = {
  ok: answer({ text: "Hello." }),
  stream: answer({ text: "Hello." }),
  "tool calls": answer({ tool: "search" }),
  malformed: failure("target", false),
  empty: failure("target", false),
  refusal: { ends: "answer", refused: true },
  "400": failure("provider", false, 400),
  "401": failure("provider", false, 401),
  "429": failure("rate_limit", true, 429),
  "429 with Retry-After": {
    ends: "failure",
    failure: { kind: "rate_limit", retryable: true, statusCode: 429 },
    retryAfterMs: 3000,
  },
  "500": failure("provider", true, 500),
  timeout: failure("timeout", true),
  "reset mid-stream": failure("provider", true),
  "huge answer": failure("target", false),
  "invalid UTF-8": answer({ text: "a\uFFFDb" }),
};
