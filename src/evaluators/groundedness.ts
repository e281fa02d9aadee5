import type { Case, Passage } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import { isJsonObject } from "../core/json.ts";
import { type Evaluation, type Evidence, scored, unscored } from "../core/score.ts";
import { type ContextIndex, indexContext } from "./grounding/context.ts";
import { type Judgement, judgeAnswer, kindsOfFindings } from "./grounding/judge.ts";
import { type Task, tasks } from "./grounding/model.ts";
import { knownFrom, type SentenceMatch } from "./grounding/sentence.ts";
import { taskOf } from "./grounding/task.ts";
import { model } from "./grounding/weights.ts";
import { clip, count, digest, proportion, share, show } from "./text.ts";

/** What groundedness is judged from. */
export interface GroundednessInput {
  /** The answer. */
  readonly response: string;
  /** What the answer should rest on: a text, or passages as texts or with their ids. */
  readonly context: string | readonly (string | Passage)[];
  /** The question. Its numbers and names may be repeated without being in the context. */
  readonly question?: string;
  /** True when the system declined to answer; such an answer stays unscored. */
  readonly refused?: boolean;
}

/** Options of the groundedness evaluator. */
export interface GroundednessOptions {
  /** The smallest value that passes, 0..1. By default the one that finds most at the least false alarm for the task. */
  readonly passAt?: number;
  /**
   * What the answers were written for; decides how the score becomes a probability. By default the shape says it: `summary` when one is asked
   * for or nothing is asked, `dialogue` when the case has an answer of the assistant before, else `question_answering`.
   */
  readonly task?: Task;
  /** Leave an answer that is a JSON object unscored. Default false: it is judged as text. */
  readonly skipJson?: boolean;
}

const maximumEvidence = 50;
const maximumMissing = 8;
/** From this probability on a sentence counts as supported, unless something was found against it. */
const sentencePassAt = 0.5;

/**
 * Judges without a language model how far a context supports an answer. Each sentence is compared with the context word by word: words,
 * word families, neighbouring pairs, copied runs, numbers, dates, names and negations. A logistic regression that was trained on
 * labelled sentences (`models/groundedness` says on which) makes of it the probability that the sentence is supported; a second one
 * makes of all sentences the probability that people would call the whole answer grounded, taken that one answer in five is not.
 *
 * It sees words, not meaning: a paraphrase scores too low, a false sentence made of the context's words too high. English; German by the
 * same rules, but not measured.
 *
 * @returns a value 0..1 with one piece of evidence a sentence; unscored without an answer, a context or a sentence with content.
 * @throws RangeError for an option out of range.
 */
export function groundedness(input: GroundednessInput, options: GroundednessOptions = {}): Evaluation {
  const { response, context, question = "", refused = false } = input;
  const parts = typeof context === "string" ? [context] : context;
  const passages = parts.map((part) => (typeof part === "string" ? { text: part } : part));
  const settings = settingsOf(options);
  return judge({ response, passages, known: [question], refused, task: taskOf(question, 1) }, settings);
}

/**
 * `groundedness` for an evaluation file. The context is what the system retrieved and what the case gives; numbers and names of the user's
 * messages and of tool results may be repeated freely.
 */
export function groundednessEvaluator(options: GroundednessOptions = {}): Evaluator {
  const settings = settingsOf(options);
  const { passAt, task, skipJson } = settings;
  return {
    name: "groundedness",
    version: `lexical-2 weights:${weightsDigest} ${task ?? "task-by-shape"} pass>=${passAt ?? "calibrated"}${skipJson ? " skip-json" : ""}`,
    changesNothing: true,
    evaluate({ case: item, sample: { output } }) {
      const said = (item.input.messages ?? []).filter(({ role }) => role === "user" || role === "tool");
      const results = output.toolCalls.map(({ result }) => (result === undefined ? "" : show(result, 4000)));
      const answer = {
        response: output.text,
        passages: [...(output.context ?? []), ...(item.context ?? [])],
        known: [...said.map(({ content }) => content), ...results],
        refused: output.refused,
        task: taskOfCase(item),
      };
      return judge(answer, settings);
    },
  };
}

const weightsDigest = digest(JSON.stringify(model)).slice(0, 8);

interface Settings {
  readonly passAt: number | null;
  readonly task: Task | null;
  readonly skipJson: boolean;
}

function settingsOf({ passAt, task, skipJson = false }: GroundednessOptions): Settings {
  if (task !== undefined && !tasks.includes(task))
    throw new RangeError(`task must be ${tasks.join(", ")}, not ${show(task)}`);
  return {
    passAt: passAt === undefined ? null : proportion("passAt", passAt),
    task: task ?? null,
    skipJson,
  };
}

function taskOfCase({ input: { messages = [], variables = {} } }: Case): Task {
  const asked = messages.findLast(({ role }) => role === "user")?.content;
  const [variable] = [variables.question, variables.query].filter((text) => typeof text === "string");
  return taskOf(asked ?? variable ?? "", messages.some(({ role }) => role === "assistant") ? 2 : 1);
}

interface Answer {
  readonly response: string;
  readonly passages: readonly Passage[];
  readonly known: readonly string[];
  readonly refused: boolean;
  readonly task: Task;
}

function judge({ response, passages, known, refused, task: shape }: Answer, settings: Settings): Evaluation {
  if (refused) return unscored("the system declined to answer");
  if (response.trim() === "") return unscored("the answer is empty");
  if (passages.every(({ text }) => text.trim() === "")) return unscored("there is no context to rest on");
  if (settings.skipJson && isStructured(response)) return unscored("a structured answer has no sentences");
  const task = settings.task ?? shape;
  const judgement = judgeAnswer(response, indexOf(passages), knownFrom(known), task, model);
  if (judgement === null) return unscored("no sentence of the answer has a word of content");
  return summary(judgement, settings.passAt ?? model.calibration[task].passAt, passages);
}

let last: ContextIndex | null = null;

/** The index of passages; that of the last ones is kept, since both releases often get the same. */
function indexOf(passages: readonly Passage[]): ContextIndex {
  const isSame =
    last?.passages.length === passages.length &&
    passages.every(({ id, text }, at) => last?.passages[at]?.id === id && last?.passages[at]?.text === text);
  if (last === null || !isSame) last = indexContext(passages);
  return last;
}

function isStructured(response: string): boolean {
  const text = response.trim();
  if (!text.startsWith("{") || !text.endsWith("}")) return false;
  try {
    return isJsonObject(JSON.parse(text));
  } catch {
    return false;
  }
}

type Sentence = Judgement["sentences"][number];

function summary(
  { support, extractiveness, sentences }: Judgement,
  passAt: number,
  passages: readonly Passage[],
): Evaluation {
  const weakest = sentences.reduce((least, next) => (next.support < least.support ? next : least));
  const verdict = `lexical support ${share(support)} over ${count(sentences.length, "sentence")}, extractiveness ${share(extractiveness)}`;
  const reason =
    weakest.match.unsupported === 0 && !hasFinding(weakest.match)
      ? `${verdict}: the context has every word of the answer`
      : `${verdict}; weakest: "${clip(weakest.match.sentence, 100)}" ${findingOf(weakest)}`;
  const evidence = sentences.slice(0, maximumEvidence).map((sentence) => evidenceOf(sentence, passages));
  return scored(support, support >= passAt, reason, evidence);
}

function evidenceOf(sentence: Sentence, passages: readonly Passage[]): Evidence {
  const { match, support } = sentence;
  return {
    subject: clip(match.sentence, 300),
    finding: `${findingOf(sentence)}.${nearest(match, passages)}`,
    supports: support >= sentencePassAt && !hasFinding(match),
  };
}

function hasFinding(match: SentenceMatch): boolean {
  return kindsOfFindings([match]) > 0;
}

/** The nearest passage, named by its id or, among several without, by its number. */
function nearest({ passage }: SentenceMatch, passages: readonly Passage[]): string {
  const [first] = passage;
  if (first === undefined) return "";
  const id = passages[first.passage]?.id;
  const name =
    id === undefined ? (passages.length > 1 ? ` (${first.passage + 1})` : "") : ` (${clip(id, 60)})`;
  const text = [...new Set(passage.map((part) => part.text))].join(" ");
  return ` Nearest passage${name}: "${clip(text, 240)}"`;
}

/** What the context says of a sentence, as the end of a phrase: `has support 0.40; not in the context: 45, Mars`. */
function findingOf({ match, support }: Sentence): string {
  const facts = [...match.missingFigures, ...match.missingNames];
  const words = match.unsupportedWords.filter((word) => !facts.includes(word));
  const missing = [...facts, ...words].slice(0, maximumMissing).map((text) => clip(text, 40));
  const parts = [`has support ${share(support)}`];
  if (missing.length > 0) parts.push(`not in the context: ${missing.join(", ")}`);
  if (match.negations > 0) parts.push("differs from the nearest passage in a negation");
  if (match.passage.length === 0) parts.push("no passage shares a word with it");
  return parts.join("; ");
}
