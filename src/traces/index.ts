export {
  type TraceEmitter,
  type TraceEmitterOptions,
  type TraceOutcome,
  traceEmitter,
} from "./emit/emitter.ts";
export { type ReadTracesOptions, readTraceFacts } from "./read/read-traces.ts";
