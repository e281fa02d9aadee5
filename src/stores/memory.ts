import type { RecordBody, RecordKind, Store, StoreRecord } from "../core/extensions.ts";
import type { RunManifest } from "../core/run.ts";

/** A store that forgets: for tests and for runs that need no history. */
export function memoryStore(): Store {
  const records = new Map<string, StoreRecord>();
  return {
    async append(added) {
      for (const record of added) {
        const key = JSON.stringify([record.runId, record.kind, record.key]);
        if (!records.has(key)) records.set(key, structuredClone(record));
      }
    },
    async runs({ evaluation, limit } = {}) {
      const manifests = [...records.values()]
        .filter((record) => record.kind === "run")
        .map(({ body }) => structuredClone(body) as RunManifest)
        .filter((manifest) => evaluation === undefined || manifest.evaluation.name === evaluation);
      return manifests.reverse().slice(0, limit);
    },
    async read<K extends RecordKind>(runId: string, kind: K) {
      return [...records.values()]
        .filter((record) => record.runId === runId && record.kind === kind)
        .map(({ body }) => structuredClone(body) as RecordBody<K>);
    },
    async remove(runIds) {
      for (const [key, { runId }] of records) if (runIds.includes(runId)) records.delete(key);
    },
    async close() {},
  };
}
