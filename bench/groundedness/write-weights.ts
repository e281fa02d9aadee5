import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readFiles } from "../agreement/files.ts";
import { type DataFile, WrongUse } from "../agreement/kind.ts";
import { digestOf, type Example, readExamples } from "./examples.ts";
import { fitModel } from "./train.ts";

/** Data sets that weights in this repository may be trained on: the licence allows it for any use. */
const licences: Readonly<Record<string, string>> = {
  ragtruth: "MIT (RAGTruth, Niu et al. 2024)",
  begin: "CC-BY-4.0, CDLA-Sharing-1.0 (BEGIN, Dziri et al. 2022)",
  q2: "Apache-2.0 (Q2, Honovich et al. 2021)",
};

const target = fileURLToPath(new URL("../../src/evaluators/grounding/weights.ts", import.meta.url));
const usage = "usage: node scripts/train-groundedness.mjs FILES… [--seed TEXT] [--out FILE]";

/** Trains the groundedness model on files and writes its weights as TypeScript. @returns the exit code: 0, or 2 for wrong use. */
export function main(args: readonly string[]): number {
  try {
    const { files, seed, out } = readArguments(args);
    const examples = readExamples(files);
    writeFileSync(out, sourceOf(files, examples, seed));
    process.stdout.write(`${out}: trained on ${examples.length} answers\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof WrongUse)) throw error;
    process.stderr.write(`train-groundedness: ${error.message}\n${usage}\n`);
    return 2;
  }
}

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { seed: { type: "string", default: "1" }, out: { type: "string", default: target } },
    });
    if (positionals.length === 0) throw new WrongUse("no file is named");
    return { files: readFiles(positionals), seed: values.seed, out: values.out };
  } catch (error) {
    throw error instanceof WrongUse ? error : new WrongUse((error as Error).message);
  }
}

function sourceOf(files: readonly DataFile[], examples: readonly Example[], seed: string): string {
  const datasets = [...new Set(examples.map(({ dataset }) => dataset))];
  const unknown = datasets.find((dataset) => !Object.hasOwn(licences, dataset));
  if (unknown !== undefined)
    throw new WrongUse(`no licence is known that lets weights be trained on ${unknown}; leave it out`);
  const { sentence, answer, calibration } = fitModel(examples, seed);
  const model = {
    sentence: roundedIn(sentence),
    answer: roundedIn(answer),
    calibration: roundedIn(calibration),
  };
  const provenance = datasets.map((dataset) => {
    const own = examples.filter((example) => example.dataset === dataset);
    return ` * ${dataset}: ${own.length} answers, ${own.filter(({ label }) => label === 1).length} of them not grounded; ${licences[dataset]}`;
  });
  const trainedOn = files.map((file) => ({ file: basename(file.path), sha256: digestOf(file) }));
  return `// biome-ignore-all format: written by a script
import type { GroundednessModel } from "./model.ts";

/**
 * Weights of the groundedness model, version \`lexical-2\`; written by \`node scripts/train-groundedness.mjs\`, seed ${seed}, from
${provenance.join("\n")}
 */
export const model: GroundednessModel = ${JSON.stringify(model, null, 1)};

/** The files whose rows the weights have seen, and the SHA-256 of those rows, one a line. */
export const trainedOn: readonly { file: string; sha256: string }[] = ${JSON.stringify(trainedOn, null, 1)};
`;
}

const digits = 5;

/** Few digits, so that the file is the same on every machine. */
function roundedIn<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (_, member) =>
      typeof member === "number" && !Number.isInteger(member) ? Number(member.toPrecision(digits)) : member,
    ),
  );
}
