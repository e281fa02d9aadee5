import { z } from "zod";

/** Where libraries put what an application tells them about a request. */
const carriers = [
  "",
  "app.",
  "app.user.",
  "user.",
  "metadata.",
  "ai.telemetry.metadata.",
  "ai.settings.context.",
  "traceloop.association.properties.",
  "gatewright.cohort.",
];

/** The names under which libraries write a word of the application: `tier` is also `app.user.tier`, `metadata.tier` and so on. */
export function applicationNames(word: string): string[] {
  return carriers.map((carrier) => `${carrier}${word}`);
}

const names = z.array(z.string().min(1)).max(50);

/** What a user said or did, and how a trace shows it. */
const feedbackSignalSchema = z.strictObject({
  /** Attributes that say it; also names of events `gen_ai.evaluation.result`. The first one that a trace has counts. */
  names,
  /** Values that mean it, compared without regard to case; left out, any value but `false`, `0`, `no`, `none` and empty. A number from an evaluation is compared as text. */
  values: z.array(z.string()).max(50).optional(),
});

/**
 * Which attributes of spans and resources say what. A name may be a member of an attribute that holds JSON: `metadata.tier` is the
 * member `tier` of the attribute `metadata`. In each list the first name that the trace has counts, and where several spans have it,
 * the root's or else the earliest one's. A list that is given replaces the default one.
 */
export const traceMappingSchema = z.strictObject({
  /** The release that answered. */
  release: names.default([
    "gatewright.release",
    ...applicationNames("release"),
    "gen_ai.agent.version",
    "service.version",
  ]),
  /** The conversation that the request belongs to: traces that share one are not independent. */
  conversation: names.default([
    "gen_ai.conversation.id",
    "session.id",
    ...applicationNames("session_id"),
    ...applicationNames("conversation_id"),
  ]),
  /** The route that the request took. */
  route: names.default([...applicationNames("route")]),
  /** Whether another way than the first one answered: any value but `false`, `0`, `no`, `none` and empty. */
  fallback: names.default([
    ...applicationNames("fallback"),
    ...applicationNames("fallback.outcome"),
    ...applicationNames("fallback_used"),
  ]),
  /** The outcome of the request in the application's words; `error`, `failed`, `failure` and `timeout` are errors. Counted on the root alone. */
  status: names.default([...applicationNames("status")]),
  /** The step that a span is, in the application's words. */
  step: names.default(["agent.trajectory.step"]),
  /** The cohort dimensions, each with its names. */
  cohorts: z.record(z.string().min(1), names).default({
    tier: applicationNames("tier"),
    plan: applicationNames("plan"),
    intent: applicationNames("intent"),
    language: applicationNames("language"),
    region: applicationNames("region"),
    risk: applicationNames("risk"),
  }),
  /** What users said or did about the answer. */
  feedback: z.record(z.string().min(1), feedbackSignalSchema).default({
    thumbs_down: {
      names: [
        ...applicationNames("feedback"),
        ...applicationNames("feedback.rating"),
        ...applicationNames("rating"),
        "user_feedback",
        "thumbs",
      ],
      values: ["down", "thumbs_down", "thumbs-down", "negative", "dislike", "bad", "-1"],
    },
    escalation: {
      names: [
        ...applicationNames("escalation"),
        ...applicationNames("escalated"),
        ...applicationNames("feedback.escalation"),
      ],
    },
    refund: { names: [...applicationNames("refund"), ...applicationNames("refunded")] },
    manual_override: {
      names: [
        ...applicationNames("manual_override"),
        ...applicationNames("override"),
        ...applicationNames("manual.override"),
      ],
    },
  }),
});
/** Which attributes say what, defaults filled in. */
export type TraceMapping = z.output<typeof traceMappingSchema>;
/** Which attributes say what, as a user writes it. */
export type TraceMappingInput = z.input<typeof traceMappingSchema>;
