/** Names of headers whose values are never shown. */
const secretName =
  /auth|cookie|credential|password|passwd|secret|signature|token|api[-_]?key|(^|[-_])(key|sig|jwt)($|[-_])/i;
/** Values that look like a credential, whatever the header is called. */
const secretValue = /^\s*(bearer|basic)\s|\b(sk|pk|rk|gsk|xai|ghp|hf)[-_]\w{12,}|\beyJ[\w-]{10,}\./i;

/** True when a header's value must not be shown. */
export function isSecretHeader(name: string, value: string): boolean {
  return secretName.test(name) || secretValue.test(value);
}

/** A text on one line, without control characters, cut to a length in UTF-16 code units. */
export function excerpt(text: string, length: number): string {
  const line = text
    .slice(0, length * 20)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (line.length <= length) return line;
  return `${line.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
