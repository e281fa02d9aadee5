import { parseArgs } from "node:util";
import { didYouMean } from "gatewright";
import { readFiles } from "./files.ts";
import { type Kind, type KindInput, WrongUse } from "./kind.ts";

/** The kinds of labels, each in a file of its own that is loaded when it is asked for. */
const kinds: Readonly<Record<string, () => Promise<{ readonly kind: Kind }>>> = {
  bfcl: () => import("./bfcl.ts"),
  workbench: () => import("./workbench.ts"),
  tau: () => import("./tau.ts"),
  "json-schema": () => import("./json-schema.ts"),
  "json-parsing": () => import("./json-parsing.ts"),
  gsm8k: () => import("./gsm8k.ts"),
  ifeval: () => import("./ifeval.ts"),
  groundedness: () => import("./groundedness.ts"),
  relevance: () => import("./relevance.ts"),
};

const usage = `usage: npm run -s agreement -- KIND FILES… [--list]
       npm run -s agreement -- groundedness --train FILES… --test FILES… | FILES… --folds N
kinds: ${Object.keys(kinds).join(", ")}`;

/** Compares one kind of evaluator with the labels in the given files. @returns the exit code: 0, or 2 for wrong use. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { name, list, input } = readArguments(args);
    const load = kinds[name];
    if (load === undefined)
      throw new WrongUse(`unknown kind ${name}; ${didYouMean(name, Object.keys(kinds))}`);
    const { kind } = await load();
    const { n, agree, figures, disagreements } = await kind.run(input);
    if (n === 0) throw new WrongUse("no row of these files could be compared");
    if (list) for (const line of disagreements) process.stdout.write(`${line}\n`);
    process.stdout.write(`${JSON.stringify({ kind: name, n, agree, rate: agree / n, ...figures })}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`agreement: ${error.message}\n${usage}\n`);
    return 2;
  }
}

function readArguments(args: readonly string[]): { name: string; list: boolean; input: KindInput } {
  const { values, positionals } = parse(spreadFiles(args));
  const [name, ...files] = positionals;
  if (name === undefined) throw new WrongUse("which kind?");
  const { train = [], test = [], folds, list = false } = values;
  if (folds !== undefined && !/^[1-9]\d*$/u.test(folds))
    throw new WrongUse(`--folds ${folds} is no whole number`);
  const input = {
    files: readFiles(files),
    train: readFiles(train),
    test: readFiles(test),
    folds: folds === undefined ? null : Number(folds),
  };
  if (input.files.length + input.train.length + input.test.length === 0)
    throw new WrongUse("no file is named");
  return { name, list, input };
}

/** `--train a b` as `--train a --train b`: an option takes every file up to the next option. */
function spreadFiles(args: readonly string[]): string[] {
  const spread: string[] = [];
  let option: string | null = null;
  for (const argument of args) {
    if (argument === "--train" || argument === "--test") option = argument;
    else if (argument.startsWith("-")) {
      option = null;
      spread.push(argument);
    } else spread.push(...(option === null ? [] : [option]), argument);
  }
  return spread;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        list: { type: "boolean" },
        folds: { type: "string" },
        train: { type: "string", multiple: true },
        test: { type: "string", multiple: true },
      },
    });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}
