export { commandTarget } from "./command.ts";
export type { CommandTargetOptions } from "./command-options.ts";
export type { Template } from "./conversation.ts";
export { type CallFunction, type FunctionTargetOptions, functionTarget } from "./function.ts";
export { httpTarget } from "./http.ts";
export type { HttpPolling, HttpTargetOptions, HttpValue } from "./http-options.ts";
export {
  type ReplicateOptions,
  replicate,
  type TensorflowServingOptions,
  tensorflowServing,
} from "./http-presets.ts";
export { llamaTarget } from "./llama.ts";
export type { LlamaTargetOptions, LlamaTool } from "./llama-options.ts";
export { openaiTarget } from "./openai.ts";
export type {
  OpenAIJsonSchemaFormat,
  OpenAITargetOptions,
  OpenAITool,
  OpenAIToolContext,
} from "./openai-options.ts";
export {
  type Recorded,
  type RecordedRelease,
  type RecordingWriter,
  recordingWriter,
  requireRecordable,
} from "./record.ts";
export { type ReplayTargetOptions, replayTarget } from "./replay.ts";
export type {
  ContextPath,
  ResponseMapping,
  ResponsePath,
  TextPath,
  ToolCallsPath,
} from "./response-mapping.ts";
export { routeTarget } from "./route.ts";
export type {
  FallbackReason,
  FallbackRule,
  MemberOutcome,
  RouteCache,
  RouteGuardrail,
  RouteMember,
  RouteTargetOptions,
} from "./route-options.ts";
