import type { CanaryPlan } from "../core/canary.ts";
import { EvalsError } from "../core/errors.ts";
import { demandsOf, type Gate } from "../core/gate.ts";
import { count, plural } from "../core/quantities.ts";
import { alphaOf } from "./compare-traces.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { LoadedModule } from "./load-module.ts";
import { defaultTracePolicy } from "./trace-gate.ts";

/** Where the traces of one side are, and of which release they are taken. */
export type CanarySource = CanaryPlan["baseline"];

/** What a call says of the plan. What it leaves out is as it was declared. */
export interface DeclaredPlan {
  /** Name of the canary: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** The most looks that are taken; 5 where nobody said. */
  readonly looks?: number | undefined;
  /** Traces of the smaller side at the planned end. */
  readonly traces?: number | undefined;
  /** `null` takes the default policy for traces. */
  readonly gate: LoadedModule<Gate> | null;
  readonly baseline: CanarySource;
  readonly candidate: CanarySource;
}

/** Looks where nobody says how many. */
const usualLooks = 5;
/** More than this make the boundaries slow to compute, and gain nothing. */
const mostLooks = 50;

/**
 * The plan as the first call declares it, or as it was stored before.
 *
 * @throws EvalsError USAGE for a first call that does not say how many traces are planned, and for what is no plan; CANARY_CHANGED for another plan.
 */
export function planOf(declared: DeclaredPlan, stored: CanaryPlan | undefined, now: string): CanaryPlan {
  requireCanaryName(declared.name);
  const { looks, traces } = {
    looks: stored?.looks ?? usualLooks,
    traces: stored?.traces,
    ...given(declared),
  };
  if (traces === undefined) {
    const hint = "say with `--traces N` how many traces the smaller side will have at the end";
    throw new EvalsError("USAGE", `the canary "${declared.name}" is not declared yet`, hint);
  }
  if (looks > mostLooks)
    throw new EvalsError("USAGE", `${count(looks)} looks are too many`, `plan at most ${mostLooks}`);
  if (traces < looks) {
    const message = `${plural(traces, "trace")} cannot be looked at ${looks} times`;
    throw new EvalsError("USAGE", message, "plan more traces, or fewer looks");
  }
  const plan: CanaryPlan = {
    schemaVersion: 1,
    name: declared.name,
    declaredAt: stored?.declaredAt ?? now,
    looks,
    traces,
    alpha: alphaOf(declared.gate),
    gate: gateOf(declared.gate),
    baseline: declared.baseline,
    candidate: declared.candidate,
  };
  if (stored !== undefined) requireSame(stored, plan);
  return plan;
}

function given({ looks, traces }: DeclaredPlan): { looks?: number; traces?: number } {
  return { ...(looks !== undefined && { looks }), ...(traces !== undefined && { traces }) };
}

/**
 * Refuses what is no name of a canary.
 *
 * @throws EvalsError USAGE.
 */
export function requireCanaryName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return;
  const hint = "take letters, digits, `.`, `_` and `-`, such as `--name checkout-2026-09`";
  throw new EvalsError("USAGE", `"${name}" is no name for a canary`, hint);
}

function gateOf(gate: LoadedModule<Gate> | null): CanaryPlan["gate"] {
  if (gate === null)
    return { name: "default policy for traces", fingerprint: fingerprintOf(defaultTracePolicy) };
  return { name: gate.value.name, fingerprint: fingerprintOf(demandsOf(gate.value)) };
}

/**
 * Refuses a plan that is not the one that was stored: what is chosen after the traces were seen proves nothing.
 *
 * @throws EvalsError CANARY_CHANGED that names what differs.
 */
export function requireSame(stored: CanaryPlan, plan: CanaryPlan): void {
  const side = ({ source, release }: CanarySource) => (release === null ? source : `${source} (${release})`);
  const gate = ({ name, fingerprint }: CanaryPlan["gate"]) => `${name} (${fingerprint.slice(0, 12)})`;
  const texts = (each: CanaryPlan): [string, string][] => [
    ["looks", count(each.looks)],
    ["planned traces", count(each.traces)],
    ["gate", gate(each.gate)],
    ["baseline", side(each.baseline)],
    ["candidate", side(each.candidate)],
  ];
  const now = texts(plan);
  const changes = texts(stored).flatMap(([what, text], index) =>
    text === now[index]![1] ? [] : [`${what}: ${text} was declared, now ${now[index]![1]}`],
  );
  if (changes.length === 0) return;
  throw new EvalsError(
    "CANARY_CHANGED",
    `the plan of the canary "${stored.name}" was declared at ${stored.declaredAt} and is another one (${changes.join("; ")})`,
    "call it as it was declared, or declare a new canary under another name",
  );
}
