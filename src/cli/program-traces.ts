import type { Command } from "commander";
import { portNumber, wholeNumber } from "./option-values.ts";
import type { Process } from "./process.ts";
import type { SetExitCode } from "./program.ts";

/** The commands on traces. */
export function addTraces(program: Command, process: Process, setExitCode: SetExitCode): void {
  const traces = program.command("traces").description("what production traces say of two releases");
  addTraceSources(traces, process, setExitCode);
  traces
    .command("compare")
    .description("compare the traces of two releases by cohort and decide by a gate")
    .argument(
      "<baseline>",
      "traces of the live release: a file, a folder, or a name that they were imported under",
    )
    .argument("<candidate>", "the same of the release that wants to ship")
    .option("--gate <file>", "gate file (default: the default policy for traces)")
    .option("--baseline-release <name>", "of the first file only the traces of this release")
    .option("--candidate-release <name>", "of the second file only the traces of this release")
    .option("--json", "print the report as JSON on standard output")
    .option("--html <file>", "write the HTML report there (default: reports/traces.html)")
    .option("--no-html", "write no HTML report")
    .option("--junit <file>", "write a JUnit report there; `-` prints it")
    .option("--markdown <file>", "write a Markdown report there; `-` prints it")
    .action(async (baseline, candidate, _, command: Command) => {
      const { tracesCompareCommand } = await import("./traces-compare.ts");
      setExitCode(await tracesCompareCommand({ ...command.optsWithGlobals(), baseline, candidate }, process));
    });
}

/** The command that looks at a running canary. */
export function addCanary(program: Command, process: Process, setExitCode: SetExitCode): void {
  program
    .command("canary")
    .description(
      "look at a running canary by its traces, as often as was planned; 3 means keep waiting, 0 comes at the planned end alone",
    )
    .argument(
      "<baseline>",
      "all traces so far of the live release: a file, a folder, or a name that they were imported under",
    )
    .argument("<candidate>", "the same of the canary")
    .requiredOption("--name <name>", "name of the canary; its first call declares the plan")
    .option("--traces <n>", "traces of the smaller side at the planned end", wholeNumber)
    .option("--looks <n>", "how many looks at most, the last one among them (default: 5)", wholeNumber)
    .option("--gate <file>", "gate file (default: the default policy for traces)")
    .option("--baseline-release <name>", "of the first traces only those of this release")
    .option("--candidate-release <name>", "of the second traces only those of this release")
    .option("--json", "print the report as JSON on standard output")
    .option("--html <file>", "write the HTML report there (default: reports/<name>.html)")
    .option("--no-html", "write no HTML report")
    .option("--junit <file>", "write a JUnit report there; `-` prints it")
    .option("--markdown <file>", "write a Markdown report there; `-` prints it")
    .action(async (baseline, candidate, _, command: Command) => {
      const { canaryCommand } = await import("./canary.ts");
      setExitCode(await canaryCommand({ ...command.optsWithGlobals(), baseline, candidate }, process));
    });
}

function addTraceSources(traces: Command, process: Process, setExitCode: SetExitCode): void {
  traces
    .command("facts")
    .description("say what is understood of trace files, and what is not; stores nothing")
    .argument("<files...>", "files of traces, or folders of them")
    .option("--json", "print the facts as JSON on standard output, those of each trace as well")
    .action(async (files, options) => {
      const { tracesFactsCommand } = await import("./traces-facts.ts");
      setExitCode(await tracesFactsCommand({ ...options, files }, process));
    });
  traces
    .command("import")
    .description("store what each trace says; the same files again change nothing")
    .argument("<files...>", "files of traces, or folders of them")
    .requiredOption("--as <name>", "name of the set, such as baseline or candidate")
    .action(async (files, _, command: Command) => {
      const { tracesImportCommand } = await import("./traces-import.ts");
      setExitCode(await tracesImportCommand({ ...command.optsWithGlobals(), files }, process));
    });
  traces
    .command("serve")
    .description("receive traces over OTLP/HTTP into traces/<name>/ until interrupted")
    .option("--name <name>", "name of the folder", "received")
    .option(
      "--host <address>",
      "address to listen on; others than loopback need EVALS_TRACES_TOKEN",
      "127.0.0.1",
    )
    .option("--port <n>", "port; 0 takes a free one", portNumber, 4318)
    .action(async (options) => {
      const { tracesServeCommand } = await import("./traces-serve.ts");
      setExitCode(await tracesServeCommand(options, process));
    });
}
