import type { Json } from "./json.ts";

/** Removes secrets from texts. */
export type Redact = (text: string) => string;

/** What stands where a secret stood. */
export const redacted = "[redacted]";

/** Shapes of well-known credentials, for those that are not in the environment. */
const knownShapes = [
  "\\bsk-[A-Za-z0-9_-]{16,}",
  "\\b[Bb]earer\\s+[A-Za-z0-9._~+/-]{16,}=*",
  "\\bA(?:KI|SI)A[0-9A-Z]{16}\\b",
  "\\bhf_[A-Za-z0-9]{20,}",
  "\\bgithub_pat_[A-Za-z0-9_]{22,}",
  "\\bgh[pousr]_[A-Za-z0-9]{30,}",
  "\\bxox[abprs]-[A-Za-z0-9-]{10,}",
  "\\bAIza[0-9A-Za-z_-]{30,}",
  "-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?-----END [A-Z ]*PRIVATE KEY-----",
].join("|");

/** Names of environment variables that hold secrets. */
const secretName = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i;

/** Values of the environment that must never be written, longest first. Values under eight characters are too common to remove. */
export function secretsOf(environment: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(environment)
    .filter(([name, value]) => secretName.test(name) && value !== undefined && value.length >= 8)
    .map(([, value]) => value!);
  return [...new Set(values)].sort((a, b) => b.length - a.length);
}

/** Forms in which a text may come back: as it is, in a URL or a form, in JSON, inside of Base64. */
function formsOf(secret: string): string[] {
  const inUrl = encodeURIComponent(secret);
  const inForm = new URLSearchParams([["", secret]]).toString().slice(1);
  const base64 = [0, 1, 2].map((before) => base64Within(secret, before));
  const base64Url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [secret, inUrl, inForm, JSON.stringify(secret).slice(1, -1), ...base64, ...base64Url];
}

/** The part of a Base64 text that follows from the secret alone, when so many bytes (modulo 3) stand before it, such as `user:`. */
function base64Within(secret: string, before: number): string {
  const bytes = [...new Uint8Array(before), ...new TextEncoder().encode(secret)];
  const whole = Math.floor((bytes.length * 8) / 6);
  return btoa(String.fromCharCode(...bytes)).slice(Math.ceil((before * 8) / 6), whole);
}

/** A function that replaces every form of the given secrets, and whatever looks like a credential, by `[redacted]`. */
export function redactor(secrets: readonly string[]): Redact {
  // Of a secret of one or two characters nothing is certain inside of Base64, and an empty form would be everywhere.
  const forms = [...new Set(secrets.flatMap(formsOf))]
    .filter((form) => form !== "")
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
  const known = new RegExp(knownShapes, "g");
  if (forms.length === 0) return (text) => text.replace(known, redacted);
  const given = new RegExp(`(?:bearer\\s+)?(?:${forms.join("|")})`, "gi");
  return (text) => text.replace(given, redacted).replace(known, redacted);
}

/** The same value with every text in it redacted, names of members too. What holds no secret is given back as it is, not copied. */
export function redactValue<T>(value: T, redact: Redact): T {
  return walk(value as Json, redact) as T;
}

function walk(value: Json, redact: Redact): Json {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => walk(item, redact));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  let isSame = true;
  const entries = Object.keys(value).map((name) => {
    const entry = [redact(name), walk(value[name]!, redact)] as const;
    if (entry[0] !== name || entry[1] !== value[name]) isSame = false;
    return entry;
  });
  return isSame ? value : Object.fromEntries(entries);
}
