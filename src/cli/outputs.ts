import { constants } from "node:fs";
import { access, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EvalsError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import {
  htmlReporter,
  jsonReporter,
  junitReporter,
  markdownReporter,
  refusedReport,
  terminalReporter,
} from "../index.ts";
import { mayColour, type Process } from "./process.ts";

/** Where a report goes. */
export interface OutputOptions {
  readonly json?: boolean | undefined;
  /** A path, or `false` for none. */
  readonly html?: string | false | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
}

const fileReporters = { html: htmlReporter, junit: junitReporter, markdown: markdownReporter } as const;

function filesOf(options: OutputOptions): { file: string; format: keyof typeof fileReporters }[] {
  return (Object.keys(fileReporters) as (keyof typeof fileReporters)[]).flatMap((format) => {
    const file = options[format];
    return typeof file === "string" ? [{ file, format }] : [];
  });
}

/**
 * Makes sure that every report can be written, before anything is spent.
 *
 * @throws EvalsError OUTPUT_NOT_WRITABLE that names the path.
 */
export async function checkOutputs(options: OutputOptions): Promise<void> {
  for (const { file, format } of filesOf(options)) {
    try {
      await mkdir(dirname(resolve(file)), { recursive: true });
      const found = await stat(file).catch(() => null);
      if (found?.isDirectory()) throw new Error("it is a folder");
      await access(found === null ? dirname(resolve(file)) : file, constants.W_OK);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const hint = `choose a path that can be written with \`--${format} FILE\``;
      throw new EvalsError(
        "OUTPUT_NOT_WRITABLE",
        `${file}: the ${format} report cannot be written (${reason})`,
        hint,
        { cause },
      );
    }
  }
}

/** Writes the report to the files that were asked for. */
async function writeFiles(report: Report, options: OutputOptions): Promise<void> {
  for (const { file, format } of filesOf(options)) {
    await writeFile(file, fileReporters[format].render(report));
  }
}

/** Writes the report to standard output, as JSON or for people, and says where the files are. */
export async function writeOutputs(report: Report, options: OutputOptions, process: Process): Promise<void> {
  await writeFiles(report, options);
  const { stdout, stderr } = process;
  const terminal = { colour: mayColour(process, stdout), width: stdout.columns ?? 100 };
  stdout.write((options.json ? jsonReporter : terminalReporter(terminal)).render(report));
  for (const { file, format } of filesOf(options)) stderr.write(`${format} report: ${file}\n`);
}

/** What was refused writes its reports too, so that nobody reads an older one as its outcome. Does nothing for other errors. */
export async function writeRefusal(error: unknown, outputs: OutputOptions, process: Process): Promise<void> {
  if (!(error instanceof EvalsError)) return;
  const report = refusedReport(error);
  if (error.code !== "OUTPUT_NOT_WRITABLE") await writeFiles(report, outputs);
  if (outputs.json) process.stdout.write(jsonReporter.render(report));
}
