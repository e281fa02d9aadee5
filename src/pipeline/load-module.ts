import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { EvalsError, type EvalsErrorCode } from "../core/errors.ts";
import { didYouMean, nearestWord } from "../core/suggest.ts";
import { check, problemsError } from "../core/validate.ts";

/** A checked default export with the file that it came from. */
export interface LoadedModule<T> {
  /** The default export, defaults filled in. */
  readonly value: T;
  /** Absolute path of the file. */
  readonly file: string;
  /** Path as the user gave it, for messages. */
  readonly shown: string;
  /** Text of the file, to find lines in. */
  readonly source: string;
}

/**
 * Loads the default export of a TypeScript or JavaScript file and checks it strictly.
 *
 * @throws EvalsError that names file and line.
 */
export async function loadModule<S extends z.ZodType>(
  path: string,
  schema: S,
  codes: { readonly missing: EvalsErrorCode; readonly invalid: EvalsErrorCode; readonly what: string },
): Promise<LoadedModule<z.output<S>>> {
  const file = resolve(path);
  const shown = path;
  const source = await readFile(file, "utf8").catch(async (cause: unknown) => {
    const near = await nearestFile(path);
    const hint = near === null ? `give the path of the ${codes.what} file` : `did you mean "${near}"?`;
    throw new EvalsError(codes.missing, `${shown}: not found`, hint, { cause });
  });
  const exported = await importDefault(file, shown, codes);
  const checked = check(schema, exported);
  if ("value" in checked) return { value: checked.value, file, shown, source };
  throw problemsError(codes.invalid, checked.problems, ({ key }) => {
    const line = key === undefined ? null : lineOf(source, key);
    return line === null ? shown : `${shown}:${line}`;
  });
}

/** The module that a wrong path most likely means: of its folder, or of the folders where evaluations and gates are; `null` where none is near. */
async function nearestFile(path: string): Promise<string | null> {
  const word = basename(path);
  for (const folder of new Set([dirname(path), "evals", "gates"])) {
    const names = (await readdir(folder).catch(() => [])).filter((name) => /\.[cm]?[jt]s$/.test(name));
    const near = names.find((name) => name.startsWith(`${word}.`)) ?? nearestWord(word, names);
    if (near !== undefined) return join(folder, near);
  }
  return null;
}

async function importDefault(
  file: string,
  shown: string,
  codes: { readonly invalid: EvalsErrorCode; readonly what: string },
): Promise<unknown> {
  const { createJiti } = await import("jiti");
  const jiti = createJiti(import.meta.url, { virtualModules: await ownPackage(), interopDefault: true });
  delete jiti.cache[file];
  let exported: unknown;
  try {
    const namespace = await jiti.import<{ default?: unknown }>(file);
    exported = Object.hasOwn(namespace, "default") ? namespace.default : undefined;
  } catch (cause) {
    if (cause instanceof EvalsError) throw cause;
    const what = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    const { message, hint } = await inOurWords(what);
    throw new EvalsError(codes.invalid, `${shown}${lineInStack(cause, file)}: ${message}`, hint, { cause });
  }
  const isObject = typeof exported === "object" && exported !== null && Object.keys(exported).length > 0;
  if (isObject) return exported;
  throw new EvalsError(
    codes.invalid,
    `${shown}: no default export`,
    `export default the ${codes.what} definition`,
  );
}

/** What an engine says of a name that is misspelt in an import of this package, or not imported, as a user would say it. */
async function inOurWords(what: string): Promise<{ message: string; hint: string }> {
  const { gatewright } = await ownPackage();
  const exported = Object.keys(gatewright as object);
  const misspelt = what.match(/_gatewright\.([\w$]+)\) is not a (?:function|constructor)/)?.[1];
  if (misspelt !== undefined && !exported.includes(misspelt)) {
    return { message: `gatewright has no "${misspelt}"`, hint: didYouMean(misspelt, exported) };
  }
  const missing = what.match(/^([\w$]+) is not defined$/)?.[1];
  if (missing !== undefined && exported.includes(missing)) {
    return { message: what, hint: `import { ${missing} } from "gatewright"` };
  }
  return { message: what, hint: "mend the file; `--debug` shows the stack" };
}

/** A line of the user's file that the error speaks of, as `:12`; empty when it names none. */
function lineInStack(error: unknown, file: string): string {
  if (!(error instanceof Error)) return "";
  const text = `${error.message}\n${error.stack ?? ""}`;
  const at = text.indexOf(`${file}:`);
  const line =
    at < 0 ? text.match(/\((\d+):\d+\)/)?.[1] : text.slice(at + file.length + 1).match(/^\d+/)?.[0];
  return line === undefined ? "" : `:${line}`;
}

/** Evaluation and gate files import the very package that runs them, wherever they lie: one instance, so that its types are the same. */
async function ownPackage(): Promise<Record<string, unknown>> {
  const [gatewright, stats, testing] = await Promise.all([
    import("../index.ts"),
    import("../stats/index.ts"),
    import("../testing.ts"),
  ]);
  return { gatewright, "gatewright/stats": stats, "gatewright/testing": testing };
}

/** First line of a source text that holds a word as a key or as a quoted text; `null` when none does. */
export function lineOf(source: string, word: string): number | null {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(
    `(?<![\\w$])${escaped}["'\`]?\\s*:|["'\`]${escaped}["'\`]|(?<![\\w$])${escaped}\\s*[,}]`,
  );
  const lines = source.split("\n");
  const index = lines.findIndex((line) => found.test(line));
  return index < 0 ? null : index + 1;
}
