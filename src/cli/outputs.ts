import { constants } from "node:fs";
import { access, mkdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EvalsError, messageOf } from "../core/errors.ts";
import { exitCodeOf } from "../core/gate.ts";
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
  /** A path, `-` for standard output in place of what is printed there, or `false` for none. */
  readonly html?: string | false | undefined;
  readonly junit?: string | undefined;
  readonly markdown?: string | undefined;
}

const fileReporters = { html: htmlReporter, junit: junitReporter, markdown: markdownReporter } as const;

function filesOf(options: OutputOptions): { file: string; format: keyof typeof fileReporters }[] {
  return (Object.keys(fileReporters) as (keyof typeof fileReporters)[]).flatMap((format) => {
    const file = options[format];
    return typeof file === "string" && file !== standardOutput ? [{ file, format }] : [];
  });
}

/** What stands for standard output where a path may be given, as with many programs. */
export const standardOutput = "-";

/** The formats that are to be printed on standard output in place of the report for people. */
function printedFormats(options: OutputOptions): ("json" | keyof typeof fileReporters)[] {
  const given = (Object.keys(fileReporters) as (keyof typeof fileReporters)[]).filter(
    (format) => options[format] === standardOutput,
  );
  return options.json ? ["json", ...given] : given;
}

/** The report as it is printed: for people where no format is asked for. */
function printed(report: Report, options: OutputOptions, process: Process): string {
  const [format] = printedFormats(options);
  if (format !== undefined) return (format === "json" ? jsonReporter : fileReporters[format]).render(report);
  const { stdout } = process;
  const terminal = { colour: mayColour(process, stdout), width: stdout.columns ?? 100 };
  return terminalReporter(terminal).render(report);
}

/**
 * Makes sure that every report can be written, before anything is spent, and takes away older ones: were this process killed, they would be read as
 * its outcome.
 *
 * @throws EvalsError OUTPUT_NOT_WRITABLE that names the path; USAGE for two reports in one file.
 */
export async function prepareOutputs(options: OutputOptions): Promise<void> {
  refuseTwins(options);
  for (const { file, format } of filesOf(options)) {
    try {
      await mkdir(dirname(resolve(file)), { recursive: true });
      const found = await stat(file).catch(() => null);
      if (found?.isDirectory()) throw new Error("it is a folder");
      await access(found === null ? dirname(resolve(file)) : file, constants.W_OK);
      await removeOlder(file);
    } catch (cause) {
      const reason = messageOf(cause);
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

function refuseTwins(options: OutputOptions): void {
  const [first, second] = printedFormats(options);
  if (first !== undefined && second !== undefined) {
    const message = `the ${first} and the ${second} report would both be printed on standard output`;
    throw new EvalsError("USAGE", message, `give \`--${second}\` the path of a file`);
  }
  const files = filesOf(options);
  const twin = files.find(
    ({ file }, index) => files.findIndex((other) => resolve(other.file) === resolve(file)) < index,
  );
  if (twin === undefined) return;
  const message = `${twin.file}: two reports would be written there, and one of them be lost`;
  throw new EvalsError("USAGE", message, `give \`--${twin.format}\` a file of its own`);
}

/** Removes a file, that of a link where it is one. What is no file, such as a device, stays. */
async function removeOlder(file: string): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found?.isFile()) await rm(await realpath(file));
}

/** Writes the report to the files that were asked for, and says which could not be written. False when one could not: no half of it stays. */
async function writeFiles(report: Report, options: OutputOptions, { stderr }: Process): Promise<boolean> {
  let isWritten = true;
  for (const { file, format } of filesOf(options)) {
    try {
      await mkdir(dirname(resolve(file)), { recursive: true });
      await writeFile(file, fileReporters[format].render(report));
    } catch (error) {
      isWritten = false;
      await removeOlder(file).catch(() => {});
      const again =
        report.provenance === null ? "" : `; \`evals report ${report.provenance.runId}\` renders it`;
      stderr.write(
        `evals: ${file}: the ${format} report could not be written (${messageOf(error)})\n  make room, or choose another path${again}\n`,
      );
    }
  }
  return isWritten;
}

/**
 * Writes the report to standard output, in the format that is asked for there or for people, and says where the files are.
 *
 * @returns the exit code: that of the report, and 4 for a pass of which a report could not be written.
 */
export async function writeOutputs(
  report: Report,
  options: OutputOptions,
  process: Process,
): Promise<number> {
  const { stdout, stderr } = process;
  const isWritten = await writeFiles(report, options, process);
  stdout.write(printed(report, options, process));
  if (!isWritten) return report.exitCode === exitCodeOf.pass ? exitCodeOf.error : report.exitCode;
  for (const { file, format } of filesOf(options)) stderr.write(`${format} report: ${file}\n`);
  return report.exitCode;
}

/** What was refused writes its reports too, so that nobody reads an older one as its outcome. Does nothing for other errors. */
export async function writeRefusal(error: unknown, outputs: OutputOptions, process: Process): Promise<void> {
  if (!(error instanceof EvalsError)) return;
  const report = refusedReport(error);
  if (error.code !== "OUTPUT_NOT_WRITABLE") await writeFiles(report, outputs, process);
  if (printedFormats(outputs).length > 0) process.stdout.write(printed(report, outputs, process));
}
