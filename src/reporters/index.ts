import type { Reporter } from "../core/extensions.ts";
import { htmlReporter } from "./html/index.tsx";
import { jsonReporter } from "./json.ts";
import { junitReporter } from "./junit.ts";
import { markdownReporter } from "./markdown.ts";
import { terminalReporter } from "./terminal.ts";

export { htmlReporter } from "./html/index.tsx";
export { jsonReporter } from "./json.ts";
export { junitReporter } from "./junit.ts";
export { markdownReporter } from "./markdown.ts";
export { type TerminalOptions, terminalReporter } from "./terminal.ts";

/** Name of a built-in reporter. */
export type ReporterName = "terminal" | "json" | "junit" | "markdown" | "html";

/** The built-in reporters by name; that of the terminal without colour and 100 columns wide. */
export const reporterByName: Readonly<Record<ReporterName, Reporter>> = {
  terminal: terminalReporter({ colour: false, width: 100 }),
  json: jsonReporter,
  junit: junitReporter,
  markdown: markdownReporter,
  html: htmlReporter,
};
