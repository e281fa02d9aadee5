export { type CallFunction, type FunctionTargetOptions, functionTarget } from "./function.ts";
export { openaiTarget } from "./openai.ts";
export type {
  OpenAIJsonSchemaFormat,
  OpenAIPrices,
  OpenAITargetOptions,
  OpenAITemplate,
  OpenAITool,
} from "./openai-options.ts";
export { type ReplayTargetOptions, replayTarget } from "./replay.ts";
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
