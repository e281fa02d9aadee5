import { AsyncLocalStorage } from "node:async_hooks";
import type { SpanRecorder } from "../core/extensions.ts";
import type { Span } from "../core/trace.ts";

const enclosing = new AsyncLocalStorage<Span>();

/** A recorder of the steps of one attempt. A step that is started inside another's work becomes its child. */
export function recordSpans(clock: () => number): { readonly span: SpanRecorder; readonly spans: Span[] } {
  const spans: Span[] = [];
  const start = clock();
  const span: SpanRecorder = async (name, attributes, work) => {
    const begun = clock();
    const entry: Span = {
      spanId: String(spans.length + 1),
      parentSpanId: enclosing.getStore()?.spanId ?? null,
      name,
      startOffsetMs: begun - start,
      durationMs: 0,
      attributes,
    };
    spans.push(entry);
    try {
      return await enclosing.run(entry, work);
    } catch (error) {
      entry.error = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      entry.durationMs = clock() - begun;
    }
  };
  return { span, spans };
}
