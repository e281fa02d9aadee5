export {
  type TraceEmitter,
  type TraceEmitterOptions,
  type TraceOutcome,
  traceEmitter,
} from "./emit/emitter.ts";
export { traceSummaryText, traceTotals } from "./facts/summary-text.ts";
export { type ReadTracesOptions, readTraceFacts } from "./read/read-traces.ts";
export {
  type ReceiverCounts,
  type TraceReceiver,
  type TraceReceiverOptions,
  traceReceiver,
} from "./receive/receiver.ts";
