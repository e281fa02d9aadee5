import { createHash } from "node:crypto";
import { canonicalJson } from "../core/json.ts";

/** SHA-256 of a text in hexadecimal. */
export function sha256(text: string | Uint8Array): string {
  return createHash("sha256").update(text).digest("hex");
}

/** SHA-256 of a value's canonical JSON. */
export function fingerprintOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** A seed between 0 and 2^31 − 1 that follows from a text: the same on every machine. */
export function seedFrom(text: string): number {
  return Number.parseInt(sha256(text).slice(0, 8), 16) & 0x7fffffff;
}
