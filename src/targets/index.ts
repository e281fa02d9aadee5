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
