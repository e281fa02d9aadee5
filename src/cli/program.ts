import { Command } from "commander";
import { amount, proportion, repetitionsNumber, wholeNumber } from "./option-values.ts";
import type { Process } from "./process.ts";
import { addCanary, addTraces } from "./program-traces.ts";
import { packageVersion } from "./version.ts";

/** Takes the exit code of a command. */
export type SetExitCode = (code: number) => void;

/** The commands with their options. What a command does is loaded when it is called. */
export function buildProgram(process: Process, setExitCode: SetExitCode): Command {
  const program = new Command("evals");
  program
    .description(
      "The release gate for LLM and agent systems: compares two releases over a dataset, cohort by cohort.",
    )
    .version(packageVersion(), "-V, --version")
    .option("--store <file>", "file of the store (default: .evals/store.sqlite)")
    .option("--debug", "show stacks with errors")
    .configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
    })
    .exitOverride()
    .showHelpAfterError("(`evals --help` lists commands and options)")
    .addHelpText("after", exitCodes);
  addRun(program, process, setExitCode);
  addInspection(program, process, setExitCode);
  addPromotions(program, process, setExitCode);
  addCache(program, process, setExitCode);
  addPower(program, process, setExitCode);
  addDataset(program, process, setExitCode);
  addLabels(program, process, setExitCode);
  addTraces(program, process, setExitCode);
  addCanary(program, process, setExitCode);
  return program;
}

const exitCodes = `
Exit codes:
  0 pass   1 fail   2 usage or configuration   3 inconclusive   4 could not measure   130 interrupted
`;

function addRun(program: Command, process: Process, setExitCode: SetExitCode): void {
  program
    .command("run")
    .description("replay a dataset against two releases and decide by the gate")
    .argument("[file]", "evaluation file, such as evals/support-agent.eval.ts")
    .option("--candidate <name>", "release that wants to ship, instead of the evaluation's own")
    .option("--baseline <name>", "release that is live, instead of the evaluation's own")
    .option("--gate <file>", "gate file, instead of the evaluation's own")
    .option("--cohort <cohort>", "run only these cases, such as tier=free; such a run never passes")
    .option("--repetitions <n>", "how often each case is tried", repetitionsNumber)
    .option("--maximum-cost-usd <n>", "spend limit of the run, instead of the evaluation's own", amount)
    .option(
      "--cache <hours>",
      "take answers of earlier runs that are no older, for releases that may be cached",
      amount,
    )
    .option("--no-cache", "call every trial, whatever the evaluation says")
    .option("--resume <run>", "go on with an interrupted run; `latest` is the newest")
    .option("--record <folder>", "write the answers of each release there, for replayTarget")
    .option("--json", "print the report as JSON on standard output")
    .option("--html <file>", "write the HTML report there (default: reports/<evaluation>.html)")
    .option("--no-html", "write no HTML report")
    .option("--junit <file>", "write a JUnit report there; `-` prints it")
    .option("--markdown <file>", "write a Markdown report there; `-` prints it")
    .option("--quiet", "show no progress")
    .action(async (file, _, command: Command) => {
      const { runCommand } = await import("./run.ts");
      setExitCode(await runCommand({ ...command.optsWithGlobals(), file }, process));
    });
}

function addInspection(program: Command, process: Process, setExitCode: SetExitCode): void {
  program
    .command("show")
    .description(
      "show one case of a run in full: input, both answers beside each other, every score with its evidence",
    )
    .argument("<run>", "identifier of the run, or `latest`")
    .argument("<case>", "identifier of the case")
    .option("--json", "print the records as JSON")
    .action(async (run, caseId, _, command: Command) => {
      const { showCommand } = await import("./show.ts");
      setExitCode(await showCommand({ ...command.optsWithGlobals(), run, caseId }, process));
    });
  program
    .command("report")
    .description("render the report of a stored run again, or several runs side by side")
    .argument("[runs...]", "identifiers of runs, or `latest`")
    .option("--history", "the last runs of an evaluation, each metric and cohort over time")
    .option("--limit <n>", "how many runs of the history", wholeNumber, 10)
    .option("--json", "print the report as JSON on standard output")
    .option("--html <file>", "write the HTML report there")
    .option("--junit <file>", "write a JUnit report there; `-` prints it")
    .option("--markdown <file>", "write a Markdown report there; `-` prints it")
    .action(async (runs, _, command: Command) => {
      const { reportCommand } = await import("./report.ts");
      setExitCode(await reportCommand({ ...command.optsWithGlobals(), runs }, process));
    });
  program
    .command("runs")
    .description("list the stored runs, newest first")
    .option("--limit <n>", "how many", wholeNumber, 20)
    .action(async (_, command: Command) => {
      const { runsCommand } = await import("./runs.ts");
      setExitCode(await runsCommand(command.optsWithGlobals(), process));
    });
}

function addPromotions(program: Command, process: Process, setExitCode: SetExitCode): void {
  program
    .command("promote")
    .description(
      "record that the candidate of a run became the live release, and who said so; deploys nothing",
    )
    .argument("[run]", "identifier of the run (default: the latest of the evaluation that has a verdict)")
    .option("--evaluation <name>", "evaluation whose latest run is meant, where the store holds several")
    .option("--by <name>", "who does it (default: who started the CI job, else git's user)")
    .option("--note <text>", "what is worth knowing about it")
    .option("--despite <reason>", "why it ships although its run did not pass; every report shows it")
    .option("--json", "print the record as JSON on standard output")
    .action(async (run, _, command: Command) => {
      const { promoteCommand } = await import("./promote.ts");
      setExitCode(await promoteCommand({ ...command.optsWithGlobals(), run }, process));
    });
  program
    .command("rollback")
    .description(
      "record that a release that was live before is live again, with its whole bundle; deploys nothing",
    )
    .requiredOption("--note <text>", "why")
    .option("--to <release>", "name or fingerprint of the release (default: the one that was live before)")
    .option("--evaluation <name>", "evaluation that is meant, where several have promotions")
    .option("--by <name>", "who does it (default: who started the CI job, else git's user)")
    .option("--json", "print the record as JSON on standard output")
    .action(async (_, command: Command) => {
      const { rollbackCommand } = await import("./promote.ts");
      setExitCode(await rollbackCommand(command.optsWithGlobals(), process));
    });
  program
    .command("promotions")
    .description("list what was promoted and rolled back, when and by whom, the newest first")
    .option("--evaluation <name>", "of this evaluation alone")
    .option("--json", "print the records as JSON on standard output, the oldest first")
    .action(async (_, command: Command) => {
      const { promotionsCommand } = await import("./promote.ts");
      setExitCode(await promotionsCommand(command.optsWithGlobals(), process));
    });
}

function addCache(program: Command, process: Process, setExitCode: SetExitCode): void {
  const cache = program
    .command("cache")
    .description("look at the answers that `--cache` could take from earlier runs, by release")
    .action(async (_, command: Command) => {
      const { cacheCommand } = await import("./cache.ts");
      setExitCode(await cacheCommand(command.optsWithGlobals(), process));
    });
  cache
    .command("prune")
    .description(
      "list runs, and with --yes remove them: cases, answers, scores, reports; promotions and votes stay",
    )
    .option("--older-than <age>", "runs that began longer ago, such as 30d or 12h")
    .option("--release <name>", "runs in which this release was compared")
    .option("--all", "every run")
    .option("--yes", "remove them; without it they are only listed")
    .action(async (_, command: Command) => {
      const { pruneCommand } = await import("./prune.ts");
      setExitCode(await pruneCommand(command.optsWithGlobals(), process));
    });
}

function addPower(program: Command, process: Process, setExitCode: SetExitCode): void {
  program
    .command("power")
    .description("say how many cases the gate's margins need to see a drop, before anything is spent")
    .argument("[file]", "evaluation file, such as evals/support-agent.eval.ts")
    .option(
      "--drop <proportion>",
      "drop that is to be seen: 0.05 is five percentage points",
      proportion(0),
      0.05,
    )
    .option("--power <probability>", "probability with which it is to be seen", proportion(0.5), 0.8)
    .option("--run <run>", "stored run to measure by, or `latest` (default: the newest that fits)")
    .option("--json", "print the plan as JSON on standard output")
    .action(async (file, _, command: Command) => {
      const { powerCommand } = await import("./power.ts");
      setExitCode(await powerCommand({ ...command.optsWithGlobals(), file }, process));
    });
}

function addLabels(program: Command, process: Process, setExitCode: SetExitCode): void {
  program
    .command("label")
    .description("export answers of a run for people to label, or read their labels back")
    .argument("[run]", "identifier of the run, or `latest`")
    .option(
      "--labels <file>",
      "file of labels; a table of the same name is written beside it",
      "labels/labels.jsonl",
    )
    .option("--size <n>", "how many answers", wholeNumber, 100)
    .option("--seed <n>", "decides which answers are drawn, and their order", wholeNumber, 1)
    .option("--read <files...>", "read these copies of the table back, one or more people each")
    .action(async (run, _, command: Command) => {
      const { labelCommand } = await import("./label.ts");
      setExitCode(await labelCommand({ ...command.optsWithGlobals(), run }, process));
    });
  program
    .command("calibrate")
    .description("measure an evaluator on labelled answers, and write what the gate corrects by")
    .argument("<evaluator>", "name of the evaluator")
    .requiredOption("--labels <file>", "file of labels")
    .option("--evaluation <file>", "evaluation file that defines it")
    .option("--maximum-cost-usd <n>", "spend limit, instead of the evaluation's own", amount)
    .option("--json", "print the calibration as JSON on standard output")
    .action(async (evaluator, _, command: Command) => {
      const { calibrateCommand } = await import("./calibrate.ts");
      setExitCode(await calibrateCommand({ ...command.optsWithGlobals(), evaluator }, process));
    });
}

function addDataset(program: Command, process: Process, setExitCode: SetExitCode): void {
  const dataset = program.command("dataset").description("check, version and compare datasets");
  dataset
    .command("check")
    .description("fail when cases changed without a new version, ids repeat, or a required cohort is thin")
    .argument("<folder>", "folder of the dataset")
    .action(async (folder) => {
      const { checkCommand } = await import("./dataset.ts");
      setExitCode(await checkCommand(folder, process));
    });
  dataset
    .command("lock")
    .description("make a version of the dataset as it is now, and print what changed, case by case")
    .argument("<folder>", "folder of the dataset")
    .option("--note <text>", "what the change is for", "")
    .action(async (folder, options) => {
      const { lockCommand } = await import("./dataset.ts");
      setExitCode(await lockCommand(folder, options, process));
    });
  dataset
    .command("diff")
    .description("print what changed between two versions, such as v3 v4")
    .argument("<from>", "version, such as v3")
    .argument("<to>", "version, such as v4")
    .argument("[folder]", "folder of the dataset; not needed where datasets/ holds only one")
    .action(async (from, to, folder) => {
      const { diffCommand } = await import("./dataset.ts");
      setExitCode(await diffCommand({ from, to, folder }, process));
    });
}
