import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { EvalsError, messageOf } from "../core/errors.ts";
import type { RecordBody, RecordKind, Store, StoreRecord } from "../core/extensions.ts";
import type { RunManifest } from "../core/run.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (run_id, kind, key)
  );
`;

/**
 * Connections and statements of this process, for as long as it lives. Node 24.19 and later abort when an object of better-sqlite3 12 is
 * garbage-collected (nodejs/node issue 65446); better-sqlite3 13 is free of it and needs Node 22. For the same reason settings are made
 * by `exec`, which leaves no statement behind as `pragma` does.
 */
const kept: object[] = [];

/** Records waiting for the next transaction, with what to call when it is done. */
interface Waiting {
  readonly records: readonly StoreRecord[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Appends that share a transaction at most: who waits for one of them does not wait for many more. */
const mostAtOnce = 4;

/**
 * A store in one SQLite file. A few appends that arrive in the same turn of the event loop share a transaction; in write-ahead mode what was
 * appended survives the death of the process.
 *
 * @param file path of the database; its folder is made when it is missing.
 * @throws EvalsError STORE_UNUSABLE when it cannot be opened or written.
 */
export function sqliteStore(file: string): Store {
  const database = open(file);
  const insert = database.prepare(
    "INSERT OR IGNORE INTO records (run_id, kind, key, body) VALUES (?, ?, ?, ?)",
  );
  const select = database.prepare("SELECT body FROM records WHERE run_id = ? AND kind = ? ORDER BY sequence");
  const selectRuns = database.prepare(
    "SELECT run_id AS runId, body FROM records WHERE kind = 'run' ORDER BY sequence DESC",
  );
  const write = database.transaction((batch: readonly Waiting[]) => {
    for (const { records } of batch) {
      for (const { runId, kind, key, body } of records) insert.run(runId, kind, key, JSON.stringify(body));
    }
  });
  const removeRun = database.prepare("DELETE FROM records WHERE run_id = ?");
  const removeRuns = database.transaction((runIds: readonly string[]) => {
    for (const runId of runIds) removeRun.run(runId);
  });
  kept.push(insert, select, selectRuns, write, removeRun, removeRuns);
  let waiting: Waiting[] = [];
  const flush = () => {
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      write(batch);
      for (const { done } of batch) done();
    } catch (cause) {
      const problem = unusable(file, "cannot be written", cause);
      for (const { failed } of batch) failed(problem);
    }
  };
  return {
    append(records) {
      return new Promise((done, failed) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ records, done, failed });
        if (waiting.length === mostAtOnce) process.nextTick(flush);
      });
    },
    async runs({ evaluation, limit } = {}) {
      const manifests = (selectRuns.all() as { runId: string; body: string }[])
        .map(({ runId, body }) => parsed<RunManifest>(body, { file, runId, kind: "run" }))
        .filter((manifest) => evaluation === undefined || manifest.evaluation.name === evaluation);
      return manifests.slice(0, limit);
    },
    async read<K extends RecordKind>(runId: string, kind: K) {
      const rows = select.all(runId, kind) as { body: string }[];
      return rows.map(({ body }) => parsed<RecordBody<K>>(body, { file, runId, kind }));
    },
    async remove(runIds) {
      try {
        removeRuns(runIds);
        // Gives the room back to the disk.
        database.exec("VACUUM");
      } catch (cause) {
        throw unusable(file, "cannot be written", cause);
      }
    },
    async close() {
      flush();
      database.close();
    },
  };
}

/** The body of a record, of which some other program or a broken disk may have left anything. */
function parsed<T>(body: string, at: { file: string; runId: string; kind: RecordKind }): T {
  try {
    return JSON.parse(body) as T;
  } catch (cause) {
    const message = `${at.file}: a record of kind "${at.kind}" of run ${at.runId} is broken: it is no JSON (${messageOf(cause)})`;
    const hint = "restore the file from a copy, or begin a new one with `--store FILE`";
    throw new EvalsError("STORE_UNUSABLE", message, hint, { cause });
  }
}

function open(file: string): Database.Database {
  try {
    mkdirSync(dirname(file), { recursive: true });
    const database = new Database(file);
    kept.push(database);
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    database.exec(schema);
    return database;
  } catch (cause) {
    throw unusable(file, "cannot be opened", cause);
  }
}

/** What Node and the loader of better-sqlite3 say where its binary is missing, or was made for another Node. */
const noBinary =
  /Could not locate the bindings file|NODE_MODULE_VERSION|did not self-register|invalid ELF header/;

function unusable(file: string, what: string, cause: unknown): EvalsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (noBinary.test(reason)) {
    const message = `${file}: the store ${what}: better-sqlite3 has no binary for Node ${process.versions.node} on ${process.platform} ${process.arch}`;
    const hint =
      "its install script did not run, or ran for another Node: allow it if npm asks for that, then `npm rebuild better-sqlite3`";
    return new EvalsError("STORE_UNUSABLE", message, hint, { cause });
  }
  const hint = "check that the folder can be written, or choose another with `--store FILE`";
  return new EvalsError("STORE_UNUSABLE", `${file}: the store ${what} (${reason})`, hint, { cause });
}
