import { AsyncLocalStorage } from "node:async_hooks";
import { messageOf } from "../core/errors.ts";
import type { SpanRecorder } from "../core/extensions.ts";
import type { Span } from "../core/trace.ts";

/** The step that is going on, with the recorder that it belongs to: a target may call another that records for itself. */
const enclosing = new AsyncLocalStorage<{ readonly recorder: object; readonly span: Span }>();

/** A recorder of the steps of one attempt. A step that is started inside another's work becomes its child. */
export function recordSpans(clock: () => number): { readonly span: SpanRecorder; readonly spans: Span[] } {
  const spans: Span[] = [];
  const recorder = spans;
  const start = clock();
  const span: SpanRecorder = async (name, attributes, work, { isLeaf = false } = {}) => {
    const begun = clock();
    const entry: Span = {
      spanId: String(spans.length + 1),
      parentSpanId: parentOf(recorder),
      name,
      startOffsetMs: begun - start,
      durationMs: 0,
      attributes,
    };
    spans.push(entry);
    try {
      // Following the step through everything that it starts makes each promise of the process dearer before Node 24.
      return await (isLeaf ? work() : enclosing.run({ recorder, span: entry }, work));
    } catch (error) {
      entry.error = messageOf(error);
      throw error;
    } finally {
      entry.durationMs = clock() - begun;
    }
  };
  return { span, spans };
}

function parentOf(recorder: object): string | null {
  const around = enclosing.getStore();
  return around?.recorder === recorder ? around.span.spanId : null;
}
