import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Document, LineCounter, parseDocument } from "yaml";
import {
  type Case,
  caseSchema,
  type Dataset,
  type DatasetDescription,
  datasetDescriptionSchema,
} from "../core/dataset.ts";
import { EvalsError, messageOf } from "../core/errors.ts";
import { didYouMean } from "../core/suggest.ts";
import { check, type Fault, faultsError, faultsOf, problemsError } from "../core/validate.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** Names of the files of a dataset. */
export const datasetFiles = {
  cases: "cases.jsonl",
  description: "dataset.yaml",
  lock: "dataset.lock.json",
} as const;

/**
 * Reads a dataset folder, strictly: `dataset.yaml` and `cases.jsonl`.
 * The version is `null`: whoever needs a locked dataset asks `requireLocked`.
 *
 * @throws EvalsError that names file and line, for a missing, empty or broken dataset.
 */
export async function loadDataset(folder: string): Promise<Dataset> {
  const description = await loadDescription(folder);
  const file = join(folder, datasetFiles.cases);
  const text = await readText(folder, datasetFiles.cases, "cases of the dataset");
  const { cases, caseLines } = parseCases(text, file, description);
  const caseFingerprints = new Map(cases.map((item) => [item.id, fingerprintOf(item)]));
  const fingerprint = datasetFingerprint(description, caseFingerprints);
  return { folder, description, cases, caseFingerprints, caseLines, fingerprint, version: null };
}

/** SHA-256 of description and cases; the order of the cases does not matter. */
function datasetFingerprint(description: DatasetDescription, cases: ReadonlyMap<string, string>): string {
  return fingerprintOf({ description: fingerprintOf(description), cases: Object.fromEntries(cases) });
}

/** The text of a file, without the byte order mark that some editors begin it with. */
async function readText(folder: string, name: string, what: string): Promise<string> {
  const file = join(folder, name);
  try {
    return (await readFile(file, "utf8")).replace(/^\ufeff/, "");
  } catch (cause) {
    const found = await stat(folder).catch(() => null);
    if (found?.isFile()) {
      const hint = `give a folder that holds ${datasetFiles.description} and ${datasetFiles.cases}, one JSON object a line`;
      throw new EvalsError("DATASET_NOT_FOUND", `${folder}: a file, not the folder of a dataset`, hint, {
        cause,
      });
    }
    const message = found?.isDirectory() ? `${file}: not found` : `${folder}: no such folder`;
    const hint = `it should hold the ${what}; check the path in the evaluation`;
    throw new EvalsError("DATASET_NOT_FOUND", message, hint, { cause });
  }
}

async function loadDescription(folder: string): Promise<DatasetDescription> {
  const file = join(folder, datasetFiles.description);
  const text = await readText(folder, datasetFiles.description, "description of the dataset");
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line;
    const what = broken.message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, "");
    throw new EvalsError("DATASET_INVALID", `${file}:${line}: ${what}`, "mend the YAML on that line");
  }
  /** The line of a member, or of the object that it is missing from. */
  const lineAt = (path: readonly unknown[]): number => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
    if (range !== undefined) return lines.linePos(range[0]).line;
    return path.length === 0 ? 1 : lineAt(path.slice(0, -1));
  };
  const checked = check(datasetDescriptionSchema, plainValue(document, file));
  if ("value" in checked) return checked.value;
  throw problemsError("DATASET_INVALID", checked.problems, (problem) => {
    const path = problem.isUnknownKey ? [...problem.path, problem.key] : [...problem.path];
    return `${file}:${lineAt(path)}`;
  });
}

/** The value of a document. One whose aliases name nothing, or multiply it beyond all bounds, is known by this alone. */
function plainValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const hint = "write out what the aliases (`*name`) stand for";
    throw new EvalsError("DATASET_INVALID", `${file}: ${messageOf(cause)}`, hint, { cause });
  }
}

function parseCases(
  text: string,
  file: string,
  description: DatasetDescription,
): { cases: Case[]; caseLines: Map<string, number> } {
  const cases: Case[] = [];
  const caseLines = new Map<string, number>();
  const faults: Fault[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = `${file}:${index + 1}`;
    const item = parseCase(line, place, faults);
    if (item === null) continue;
    const earlier = caseLines.get(item.id);
    if (earlier !== undefined)
      faults.push(
        fault(
          `${place}: the id "${item.id}" is already on line ${earlier}`,
          "give each case an id of its own",
        ),
      );
    faults.push(...tagFaults(item, place, description));
    cases.push(item);
    caseLines.set(item.id, index + 1);
  }
  if (faults.length > 0) throw faultsError("DATASET_INVALID", faults);
  if (cases.length === 0) {
    throw new EvalsError(
      "DATASET_EMPTY",
      `${file}: no cases`,
      "a dataset without cases can decide nothing; add one JSON object a line",
    );
  }
  return { cases, caseLines };
}

/** The case on a line; `null` where something is wrong with it, which is added to the faults. */
function parseCase(line: string, place: string, faults: Fault[]): Case | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const message = `${place}: broken JSON (${messageOf(cause)})`;
    faults.push(fault(message, "each line is one complete JSON object"));
    return null;
  }
  try {
    const checked = check(caseSchema, value);
    const lost = pathOfPrototype(value);
    if ("value" in checked && lost === null) return checked.value;
    if ("value" in checked) {
      const hint = "give it another name: JavaScript takes this one for the prototype of an object";
      faults.push(fault(`${place}: \`${lost}\` cannot be used as a name`, hint));
      return null;
    }
    faults.push(...faultsOf(checked.problems, () => place));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const hint = "give what is inside as text, or in fewer levels";
    faults.push(fault(`${place}: the case is nested too deeply`, hint));
  }
  return null;
}

/** Path of a member named `__proto__`, which a schema leaves out in silence; `null` where there is none. */
function pathOfPrototype(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") return name;
    const inside = pathOfPrototype(member);
    if (inside !== null) return `${name}.${inside}`;
  }
  return null;
}

/** Tags and labels of a case must be declared, so that a misspelt one cannot fall out of its cohort unseen. */
function tagFaults(item: Case, place: string, description: DatasetDescription): Fault[] {
  const declare = (what: string) => `or declare it in ${datasetFiles.description} under \`${what}\``;
  const dimensions = Object.keys(description.cohorts);
  const ofTags = Object.entries(item.cohorts).flatMap(([dimension, value]) => {
    const values = Object.hasOwn(description.cohorts, dimension) ? description.cohorts[dimension] : undefined;
    if (values === undefined) {
      const hint = `${didYouMean(dimension, dimensions)} ${declare("cohorts")}`;
      return [fault(`${place}: unknown cohort dimension "${dimension}"`, hint)];
    }
    if (values.includes(value)) return [];
    const hint = `${didYouMean(value, values)} ${declare(`cohorts.${dimension}`)}`;
    return [fault(`${place}: unknown value "${value}" of cohort dimension "${dimension}"`, hint)];
  });
  const ofLabels = (item.policyLabels ?? [])
    .filter((label) => !Object.hasOwn(description.policyLabels, label))
    .map((label) => {
      const hint = `${didYouMean(label, Object.keys(description.policyLabels))} ${declare("policyLabels")}`;
      return fault(`${place}: unknown policy label "${label}"`, hint);
    });
  return [...ofTags, ...ofLabels];
}

function fault(message: string, hint: string): Fault {
  return { message, hint, line: `${message}; ${hint}` };
}
