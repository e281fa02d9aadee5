const hexDigits = /^[0-9a-f]+$/;
const zeros = /^0+$/;

/**
 * An identifier as hexadecimal digits in lower case; `null` for what is none, and for zeros. Takes hexadecimal digits (shorter ones are
 * filled with zeros, as Jaeger leaves them out) and Base64, which a generic protobuf-to-JSON writer makes.
 */
export function identifier(value: unknown, digits: 16 | 32): string | null {
  if (typeof value !== "string") return null;
  if (value.length === digits && hexDigits.test(value)) return zeros.test(value) ? null : value;
  if (value.length === 0) return null;
  const bytes = digits / 2;
  if (value.length === Math.ceil(bytes / 3) * 4 && value.endsWith("=")) {
    const decoded = Buffer.from(value, "base64");
    return decoded.length === bytes ? identifier(decoded.toString("hex"), digits) : null;
  }
  const lower = value.toLowerCase();
  if (lower.length > digits || !hexDigits.test(lower)) return null;
  const filled = lower.padStart(digits, "0");
  return zeros.test(filled) ? null : filled;
}

/** The identifier of a parent: empty for a root (nothing, or zeros), `?` for what is no identifier, so that the span counts as an orphan. */
export function parentIdentifier(value: unknown): string {
  if (value === "" || value === "0000000000000000" || value === "AAAAAAAAAAA=") return "";
  return identifier(value, 16) ?? "?";
}
