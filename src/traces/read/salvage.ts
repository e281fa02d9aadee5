import type { TraceCollector } from "../facts/collector.ts";
import { identifierWords, readIdentifier } from "./identifiers.ts";

const traceMembers =
  /"(?:traceId|trace_id|traceID|TraceId)"\s*:\s*"([0-9a-fA-F]{16,32}|[0-9A-Za-z+/]{22}==)"/g;
const mostBytes = 1 << 26;

/** Marks the traces that broken JSON names: a part of each is lost, and each counts even if nothing else of it is read. */
export function noteTracesIn(bytes: Buffer, { sink }: Pick<TraceCollector, "sink">): void {
  const ids = identifierWords();
  let last = "";
  for (const [, id = ""] of bytes.subarray(0, mostBytes).toString("latin1").matchAll(traceMembers)) {
    if (id === last) continue;
    last = id;
    if (readIdentifier(id, "trace", ids)) sink.markIncomplete(ids);
  }
}
