import { createHash } from "node:crypto";
import { renderToString } from "preact-render-to-string";
import type { Reporter } from "../../core/extensions.ts";
import { Page } from "./document.tsx";
import { styles } from "./styles.ts";

/** What the page may load: its own style, known by its hash, and nothing else. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(styles).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** One self-contained page for the person who decides: no network, no script, light and dark, from a telephone to paper. */
export const htmlReporter: Reporter = {
  name: "html",
  render: (report) =>
    `<!doctype html>\n${renderToString(<Page report={report} styles={styles} policy={policy} />)}\n`,
};
