import type { Interval, Rule } from "../core/comparison.ts";
import { absent, count, fixed, percent, signedChange, signedPoints } from "../core/quantities.ts";

export {
  absent,
  changeSize,
  count,
  difference,
  fixed,
  level,
  percent,
  plural,
  points,
  signedChange,
  signedPoints,
} from "../core/quantities.ts";

/** The interval of a difference in percentage points: `[−14.9, −3.6]`. */
export function differenceInterval(interval: Interval | null): string {
  return interval === null ? absent : `[${signedPoints(interval.lower)}, ${signedPoints(interval.upper)}]`;
}

/** The interval of a rate: `[78.1 %, 89.0 %]`. */
export function rateInterval(interval: Interval | null): string {
  return interval === null ? absent : `[${percent(interval.lower)}, ${percent(interval.upper)}]`;
}

/** The interval of what a rule looks at: a difference for a margin or a rise, a rate for a threshold, a change in per cent for a ratio. */
export function ruleInterval(rule: Rule, interval: Interval | null): string {
  if (rule.kind === "margin" || rule.kind === "rise") return differenceInterval(interval);
  return rule.kind === "ratio" ? changeInterval(interval) : rateInterval(interval);
}

/** The interval of a ratio as changes: `[+12.0 %, +52.0 %]`. */
function changeInterval(interval: Interval | null): string {
  return interval === null ? absent : `[${signedChange(interval.lower)}, ${signedChange(interval.upper)}]`;
}

/** A duration: `840 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null || !Number.isFinite(milliseconds)) return absent;
  if (milliseconds < 999.5) return `${fixed(milliseconds, milliseconds < 10 ? 1 : 0)} ms`;
  if (milliseconds < 59_995) return `${fixed(milliseconds / 1000, 2)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${count(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}

/** An amount of US dollars without its unit, which the label says: `12.40`, `0.0123`. */
export function dollars(amount: number | null): string {
  if (amount === null) return absent;
  if (amount > 0 && amount < 0.0001) return "< 0.0001";
  return amount === 0 || amount >= 1 ? fixed(amount, 2).replace(/\B(?=(\d{3})+\.)/g, ",") : fixed(amount, 4);
}

/** A number of tokens: `12,400`. */
export function tokens(value: number | null): string {
  return value === null ? absent : count(value);
}

/** A p value: `0.004`, or `< 0.001`. */
export function probability(value: number | null): string {
  if (value === null) return absent;
  return value < 0.001 ? "< 0.001" : fixed(value, 3);
}

/** A p value that is compared with another one, however small: `0.021`, `0.00003`, `< 0.000000001`. */
export function smallProbability(value: number): string {
  if (value >= 0.001) return fixed(value, 3);
  return value < 1e-9 ? "< 0.000000001" : fixed(value, Math.ceil(-Math.log10(value)));
}

/** An ISO time for people: `2025-03-04 10:20 UTC`; as it stands when it is no ISO time in UTC. */
export function time(iso: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(iso);
  return parts === null ? iso : `${parts[1]} ${parts[2]} UTC`;
}

/** The first twelve characters of a fingerprint, without the name of its algorithm. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.replace(/^sha256[:-]/, "").slice(0, 12);
}
