import type { Json } from "./json.ts";

/** Removes secrets from texts. */
export type Redact = (text: string) => string;

/** What stands where a secret stood. */
export const redacted = "[redacted]";

/** Shapes of well-known credentials, for those that are not in the environment. */
const knownShapes = [
  "\\bsk-[A-Za-z0-9_-]{16,}",
  "\\b[Bb]earer\\s+[A-Za-z0-9._~+/-]{16,}=*",
  "\\bAKIA[0-9A-Z]{16}\\b",
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

/** Forms in which a text may come back: as it is, in a URL, in JSON, in Base64. */
function formsOf(secret: string): string[] {
  const bytes = String.fromCharCode(...new TextEncoder().encode(secret));
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), btoa(bytes)];
}

/** A function that replaces every form of the given secrets, and whatever looks like a credential, by `[redacted]`. */
export function redactor(secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets.filter((secret) => secret !== "").flatMap(formsOf))]
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
  const known = new RegExp(knownShapes, "g");
  if (forms.length === 0) return (text) => text.replace(known, redacted);
  const given = new RegExp(`(?:bearer\\s+)?(?:${forms.join("|")})`, "gi");
  return (text) => text.replace(given, redacted).replace(known, redacted);
}

/** The same value with every text in it redacted, names of members too. */
export function redactValue<T>(value: T, redact: Redact): T {
  return walk(value as Json, redact) as T;
}

function walk(value: Json, redact: Redact): Json {
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => walk(item, redact));
  const entries = Object.entries(value).map(
    ([name, member]) => [redact(name), walk(member, redact)] as const,
  );
  return Object.fromEntries(entries);
}
