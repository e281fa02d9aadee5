import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { EvalsError, messageOf } from "../core/errors.ts";
import type { TraceFacts, TraceSummary } from "../core/trace-facts.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS trace_facts (
    name TEXT NOT NULL,
    trace_id TEXT NOT NULL,
    spans INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (name, trace_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS trace_imports (
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (name, key)
  ) WITHOUT ROWID;
`;

/** What became of traces that were added to a set. */
export interface AddedTraces {
  /** Traces that were not there before. */
  added: number;
  /** Traces that were there with the same facts. */
  unchanged: number;
  /** Traces that were there with other facts; the account of more spans was kept. */
  differing: number;
}

/** Sets of traces by name, such as `baseline`: one row of facts for each trace. */
export interface TraceSets {
  /** Adds traces to a set. Adding the same ones again changes nothing. */
  readonly add: (name: string, facts: readonly TraceFacts[]) => AddedTraces;
  /** Notes what was read for a set, by a key that is the same for the same files. */
  readonly noteImport: (name: string, key: string, summary: TraceSummary) => void;
  /** The traces of a set, by identifier; none where there is no such set. */
  readonly read: (name: string) => IterableIterator<TraceFacts>;
  /** What was read for a set. */
  readonly imports: (name: string) => TraceSummary[];
  /** The names of all sets. */
  readonly names: () => string[];
  /** Ends the use of the file. */
  readonly close: () => void;
}

/** Rows that are read at a time. Not by an iterator of better-sqlite3: it would be garbage-collected; see `sqlite.ts`. */
const rowsOfPage = 1000;

/** Statements must not be garbage-collected; see `sqlite.ts`. */
const kept: object[] = [];

/**
 * The sets of traces in a SQLite file, which may be that of the store.
 *
 * @throws EvalsError STORE_UNUSABLE when it cannot be opened or written.
 */
export function traceSets(file: string): TraceSets {
  return guarded(file, () => openSets(file));
}

function openSets(file: string): TraceSets {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file);
  kept.push(database);
  database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
  database.exec(schema);
  const find = database.prepare("SELECT spans, body FROM trace_facts WHERE name = ? AND trace_id = ?");
  const put = database.prepare(
    "INSERT OR REPLACE INTO trace_facts (name, trace_id, spans, body) VALUES (?, ?, ?, ?)",
  );
  const list = database.prepare(
    "SELECT trace_id, body FROM trace_facts WHERE name = ? AND trace_id > ? ORDER BY trace_id LIMIT ?",
  );
  const note = database.prepare("INSERT OR REPLACE INTO trace_imports (name, key, body) VALUES (?, ?, ?)");
  const notes = database.prepare("SELECT body FROM trace_imports WHERE name = ? ORDER BY key");
  const names = database.prepare("SELECT DISTINCT name FROM trace_imports ORDER BY name");
  const addAll = database.transaction((name: string, facts: readonly TraceFacts[]) => {
    const counts: AddedTraces = { added: 0, unchanged: 0, differing: 0 };
    for (const trace of facts) {
      const body = JSON.stringify(trace);
      const before = find.get(name, trace.traceId) as { spans: number; body: string } | undefined;
      if (before === undefined) counts.added++;
      else if (before.body === body) counts.unchanged++;
      else counts.differing++;
      const isFuller = before === undefined || (before.body !== body && before.spans <= trace.spans);
      if (isFuller) put.run(name, trace.traceId, trace.spans, body);
    }
    return counts;
  });
  kept.push(find, put, list, note, notes, names, addAll);
  const readPage = (name: string, after: string) =>
    list.all(name, after, rowsOfPage) as { trace_id: string; body: string }[];
  return {
    add: (name, facts) => guarded(file, () => addAll(name, facts)),
    noteImport: (name, key, summary) =>
      guarded(file, () => void note.run(name, key, JSON.stringify(summary))),
    *read(name) {
      let last = "";
      for (let page = readPage(name, last); page.length > 0; page = readPage(name, last)) {
        for (const { body } of page) yield JSON.parse(body) as TraceFacts;
        last = page.at(-1)!.trace_id;
      }
    },
    imports: (name) =>
      (notes.all(name) as { body: string }[]).map(({ body }) => JSON.parse(body) as TraceSummary),
    names: () => (names.all() as { name: string }[]).map(({ name }) => name),
    close: () => void database.close(),
  };
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const hint = "check that the folder can be written, or choose another with `--store FILE`";
    throw new EvalsError("STORE_UNUSABLE", `${file}: traces cannot be stored (${messageOf(cause)})`, hint, {
      cause,
    });
  }
}
