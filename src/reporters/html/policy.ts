import { createHash } from "node:crypto";
import { styles } from "./styles.ts";

/** What a page may load: its own style and its own script, known by their hashes, and nothing else. */
export function policyFor(script: string | null): string {
  const source = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return [
    "default-src 'none'",
    `style-src ${source(styles)}`,
    ...(script === null ? [] : [`script-src ${source(script)}`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}
