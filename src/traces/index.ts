export {
  type TraceEmitter,
  type TraceEmitterOptions,
  type TraceOutcome,
  traceEmitter,
} from "./emit/emitter.ts";
