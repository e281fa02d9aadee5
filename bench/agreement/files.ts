import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type DataFile, type Row, WrongUse } from "./kind.ts";

/** Reads `.jsonl` and `.json` files, also with `.gz`. @throws WrongUse for one that cannot be read; the message has file and line. */
export function readFiles(paths: readonly string[]): DataFile[] {
  return paths.map((path) => {
    const text = textOf(path);
    const whole = parsed(text);
    if (Array.isArray(whole))
      return fileOf(
        path,
        whole.map((row) => JSON.stringify(row)),
        whole,
      );
    if (whole !== undefined) return fileOf(path, [text], [whole]);
    const lines = text.split("\n").map((line, index) => ({ line, place: `${path}:${index + 1}` }));
    const full = lines.filter(({ line }) => line.trim() !== "");
    return fileOf(
      path,
      full.map(({ line }) => line),
      full.map(({ line, place }) => {
        const row = parsed(line);
        if (row === undefined) throw new WrongUse(`${place}: not JSON`);
        return row;
      }),
    );
  });
}

function fileOf(path: string, texts: string[], rows: unknown[]): DataFile {
  const wrong = rows.findIndex((row) => typeof row !== "object" || row === null || Array.isArray(row));
  if (wrong >= 0) throw new WrongUse(`${path}: row ${wrong + 1} is no object`);
  if (rows.length === 0) throw new WrongUse(`${path}: no rows`);
  return { path, texts, rows: rows as Row[] };
}

function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isPacked ? gunzipSync(bytes) : bytes).toString("utf8").replace(/^\ufeff/u, "");
  } catch (error) {
    throw new WrongUse(`${path}: ${(error as Error).message}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a kind expects of its files: for each role the members that its rows have. */
export type Roles<Role extends string> = Readonly<Record<Role, readonly string[]>>;

/**
 * Sorts files into roles by the members of their first row, whatever their order and names; several files of one role are read one after
 * the other.
 *
 * @throws WrongUse for a file of no role, and for a role without a file unless it is `optional`.
 */
export function filesByRole<Role extends string>(
  files: readonly DataFile[],
  roles: Roles<Role>,
  optional: readonly Role[] = [],
): Record<Role, { rows: Row[]; texts: string[] }> {
  const names = Object.keys(roles) as Role[];
  const sorted = Object.fromEntries(
    names.map((role) => [role, { rows: [] as Row[], texts: [] as string[] }]),
  ) as Record<Role, { rows: Row[]; texts: string[] }>;
  for (const { path, rows, texts } of files) {
    const [first] = rows as [Row];
    const role = names.find((name) => roles[name].every((member) => Object.hasOwn(first, member)));
    if (role === undefined) throw new WrongUse(`${path}: ${unlike(first, roles)}`);
    for (const row of rows) sorted[role].rows.push(row);
    for (const text of texts) sorted[role].texts.push(text);
  }
  const missing = names.find((role) => sorted[role].rows.length === 0 && !optional.includes(role));
  if (missing !== undefined)
    throw new WrongUse(`no file of ${missing} (members ${roles[missing].join(", ")})`);
  return sorted;
}

function unlike(row: Row, roles: Roles<string>): string {
  const wanted = Object.entries(roles).map(([role, members]) => `${role} (${members.join(", ")})`);
  const members = Object.keys(row).slice(0, 12).join(", ");
  return `its first row has ${members || "no members"}; expected a file of ${wanted.join(" or ")}`;
}
