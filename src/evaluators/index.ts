export {
  type ContextRelevanceInput,
  type ContextRelevanceOptions,
  contextRelevance,
  contextRelevanceEvaluator,
} from "./context-relevance.ts";
export {
  type ContextRelevanceJudgeOptions,
  contextRelevanceJudge,
  judgeContextRelevance,
} from "./context-relevance-judge.ts";
export {
  type FromScorerOptions,
  fromScorer,
  type Scorer,
  type ScorerArguments,
  type ScorerResult,
} from "./from-scorer.ts";
export {
  type GroundednessInput,
  type GroundednessOptions,
  groundedness,
  groundednessEvaluator,
} from "./groundedness.ts";
export { type GroundednessJudgeOptions, groundednessJudge, judgeGroundedness } from "./groundedness-judge.ts";
export { type JsonSchema, SchemaError, type SchemaOptions } from "./json-schema-types.ts";
export {
  type JsonValidationInput,
  type JsonValidationOptions,
  jsonValidation,
  jsonValidationEvaluator,
} from "./json-validation.ts";
export type { JudgeOptions } from "./judge-options.ts";
export {
  judgePreference,
  type PreferenceInput,
  type PreferenceJudgeOptions,
  preferenceJudge,
} from "./preference-judge.ts";
export { PythonFloat, type PythonValue, parsePythonJson } from "./python-json.ts";
export { type RubricJudgeOptions, rubricJudge } from "./rubric-judge.ts";
export { type TaskCompletionInput, taskCompletion, taskCompletionEvaluator } from "./task-completion.ts";
export {
  judgeTaskCompletion,
  type TaskCompletionJudgeInput,
  type TaskCompletionJudgeOptions,
  taskCompletionJudge,
} from "./task-completion-judge.ts";
export type { OfferedTool, OfferedTools } from "./tool-schemas.ts";
export {
  type ToolSelectionEvaluatorOptions,
  type ToolSelectionInput,
  type ToolSelectionOptions,
  toolSelection,
  toolSelectionEvaluator,
} from "./tool-selection.ts";
