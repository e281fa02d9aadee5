import { z } from "zod";
import { EvalsError, type Failure } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import { complaint } from "../core/validate.ts";

/**
 * Why the next member is asked: no answer within the time; a rate limit; the provider's own failure (status 5xx, a broken connection);
 * an answer that declines. A request that the provider rejects (status 4xx) is none of them: the next member would hide the mistake.
 */
export const fallbackReasons = ["timeout", "rate_limit", "server_error", "refusal"] as const;
/** Why the next member is asked. */
export type FallbackReason = (typeof fallbackReasons)[number];

/** What became of one member's attempt: an answer or a failure. */
export interface MemberOutcome {
  /** Name of the member. */
  readonly member: string;
  /** Its answer, before the route's guardrail; `null` when it failed. */
  readonly response: TargetResponse | null;
  /** Why it failed; `null` when it answered. */
  readonly failure: Failure | null;
}

/** A rule of your own for asking the next member. */
export interface FallbackRule {
  /** What it looks for, in a few words. Stands for the rule in the release's components: change it whenever the rule changes. */
  readonly name: string;
  /** Whether the next member is asked. */
  readonly when: (outcome: MemberOutcome) => boolean;
}

/** One target of a route. */
export interface RouteMember {
  /** Name, unique in the route, without `/`. */
  readonly name: string;
  /** What is called; may be a route itself. */
  readonly target: Target;
  /** Longest time for its attempt in milliseconds. Default: what the runner leaves. */
  readonly timeoutMs?: number;
  /** `false` when answers of this member do not pass the route's guardrail. The report counts them. */
  readonly guardrail?: false;
}

/** A cache of answers before the members, such as a semantic one. Each release needs one of its own: in a shared one a release is served what the other said. */
export interface RouteCache {
  /** Name of the stage. */
  readonly name: string;
  /** What can change its behaviour, such as a similarity threshold; JSON. */
  readonly components?: Readonly<Record<string, unknown>>;
  /** The answer to a request that is near enough; `null` for none. `usage` is what the look-up itself used. */
  readonly find: (
    request: TargetRequest,
    context: CallContext,
  ) => TargetResponse | null | Promise<TargetResponse | null>;
  /** Takes the answer of a member, without what it cost and how long it took. */
  readonly keep?: (
    request: TargetRequest,
    response: TargetResponse,
    context: CallContext,
  ) => void | Promise<void>;
  /** `false` when answers of the cache do not pass the route's guardrail. */
  readonly guardrail?: false;
}

/** A check that answers pass before they leave the route. What it declines is not asked of another member. */
export interface RouteGuardrail {
  /** Name of the stage. */
  readonly name: string;
  /** What can change its behaviour, such as its rules and their version; JSON. */
  readonly components?: Readonly<Record<string, unknown>>;
  /** The answer that leaves: the same, a changed one, or one with `refused: true`; its `usage` is what the check itself used. When it throws, there is no answer. */
  readonly apply: (
    response: TargetResponse,
    request: TargetRequest,
    context: CallContext,
  ) => TargetResponse | Promise<TargetResponse>;
}

/** Options of `routeTarget`. */
export interface RouteTargetOptions {
  /** Name for people. */
  readonly name: string;
  /** The targets in the order in which they are asked. */
  readonly members: readonly RouteMember[];
  /** When the next member is asked. Default: `timeout`, `rate_limit` and `server_error`. */
  readonly fallbackOn?: readonly (FallbackReason | FallbackRule)[];
  /** Answers before the members do. */
  readonly cache?: RouteCache;
  /** What answers pass before they leave the route. */
  readonly guardrail?: RouteGuardrail;
}

/** The options with their defaults. */
export type RouteSettings = RouteTargetOptions & Required<Pick<RouteTargetOptions, "fallbackOn">>;

const isFunction = z.custom((value) => typeof value === "function", { error: "expected a function" });
const json = z.record(z.string(), z.json() as z.ZodType<Json>);
const name = z
  .string()
  .min(1)
  .regex(/^[^/]*$/, { error: 'a name without "/", which stands between the names of nested routes' });

const optionsSchema = z.strictObject({
  name: z.string().min(1),
  members: z
    .array(
      z.strictObject({
        name,
        target: z.custom<Target>(
          (value) =>
            typeof value === "object" && value !== null && typeof (value as Target).call === "function",
          { error: "not a target; use openaiTarget, functionTarget, another route or the like" },
        ),
        timeoutMs: z
          .int()
          .min(1)
          .max(2 ** 31 - 1)
          .optional(),
        guardrail: z.literal(false).optional(),
      }),
    )
    .min(1, "a route needs at least one member"),
  fallbackOn: z
    .array(z.union([z.enum(fallbackReasons), z.strictObject({ name: z.string().min(1), when: isFunction })]))
    .optional(),
  cache: z
    .strictObject({
      name,
      components: json.optional(),
      find: isFunction,
      keep: isFunction.optional(),
      guardrail: z.literal(false).optional(),
    })
    .optional(),
  guardrail: z
    .strictObject({ name: z.string().min(1), components: json.optional(), apply: isFunction })
    .optional(),
});

function invalid(message: string, hint: string): EvalsError {
  return new EvalsError("TARGET_INVALID", `routeTarget: ${message}`, hint);
}

/**
 * The options of a route, checked.
 *
 * @throws EvalsError `TARGET_INVALID` that names the member.
 */
export function routeSettings(options: RouteTargetOptions): RouteSettings {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    const hint = `Give \`name\` and \`members: [{name, target}]\`; \`fallbackOn\` takes ${fallbackReasons.join(", ")} and rules of your own, {name, when}.`;
    throw invalid(complaint(optionsSchema, parsed.error), hint);
  }
  const { members, cache, guardrail } = options;
  const names = [...members.map((member) => member.name), ...(cache === undefined ? [] : [cache.name])];
  const twin = names.find((each, index) => names.indexOf(each) !== index);
  if (twin !== undefined) {
    throw invalid(`two stages are named "${twin}"`, "Give each member and the cache a name of its own.");
  }
  const exempt = [...members, ...(cache === undefined ? [] : [cache])].find(
    (stage) => stage.guardrail === false,
  );
  if (exempt !== undefined && guardrail === undefined) {
    throw invalid(
      `"${exempt.name}" is exempt from the guardrail, but the route has none`,
      "Give the route its `guardrail`, or leave `guardrail: false` out.",
    );
  }
  return { ...options, fallbackOn: options.fallbackOn ?? ["timeout", "rate_limit", "server_error"] };
}
