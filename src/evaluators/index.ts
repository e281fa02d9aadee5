export {
  type ContextRelevanceInput,
  type ContextRelevanceOptions,
  contextRelevance,
  contextRelevanceEvaluator,
} from "./context-relevance.ts";
export {
  type GroundednessInput,
  type GroundednessOptions,
  groundedness,
  groundednessEvaluator,
} from "./groundedness.ts";
export { type JsonSchema, SchemaError, type SchemaOptions } from "./json-schema-types.ts";
export {
  type JsonValidationInput,
  type JsonValidationOptions,
  jsonValidation,
  jsonValidationEvaluator,
} from "./json-validation.ts";
export { type TaskCompletionInput, taskCompletion, taskCompletionEvaluator } from "./task-completion.ts";
export {
  type ToolSelectionInput,
  type ToolSelectionOptions,
  toolSelection,
  toolSelectionEvaluator,
} from "./tool-selection.ts";
