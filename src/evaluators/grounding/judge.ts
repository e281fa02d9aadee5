import { sentencesOf } from "../sentences.ts";
import { answerFeatures, type JudgedSentence } from "./answer-features.ts";
import type { ContextIndex } from "./context.ts";
import { type GroundednessModel, logOdds, sigmoid, type Task } from "./model.ts";
import { type Known, matchSentence, type SentenceMatch } from "./sentence.ts";
import { sentenceFeatures } from "./sentence-features.ts";

/** What the model says of an answer. */
export interface Judgement {
  /** The probability, 0..1, that people would find everything in it supported. */
  readonly support: number;
  /** Share 0..1 of its words that stand in the context in the same runs of at least three words. */
  readonly extractiveness: number;
  /** Its sentences with content; of each the probability 0..1 that it is supported, at even odds before. */
  readonly sentences: readonly (JudgedSentence & { readonly support: number })[];
}

/** Judges an answer. `null` when none of its sentences has a word of content. */
export function judgeAnswer(
  response: string,
  index: ContextIndex,
  known: Known,
  task: Task,
  model: GroundednessModel,
): Judgement | null {
  const sentences: (JudgedSentence & { support: number })[] = [];
  let words = 0;
  let copied = 0;
  for (const sentence of sentencesOf(response)) {
    const match = matchSentence(sentence, index, known);
    if (match === null) continue;
    const features = sentenceFeatures(match);
    const odds = logOdds(model.sentence, features);
    const support = sigmoid(-odds) * findingPenalty ** kindsOfFindings([match]);
    sentences.push({ match, features, logOdds: odds, support });
    words += match.tokens.length;
    copied += match.copiedWords;
  }
  if (sentences.length === 0) return null;
  return { support: supportOf(sentences, task, model), extractiveness: copied / words, sentences };
}

/** The probability that people would find everything in an answer supported, halved for each kind of finding against it. */
export function supportOf(
  sentences: readonly JudgedSentence[],
  task: Task,
  model: GroundednessModel,
): number {
  const { slope, intercept } = model.calibration[task];
  const odds = slope * logOdds(model.answer, answerFeatures(sentences)) + intercept;
  return sigmoid(-odds) * findingPenalty ** kindsOfFindings(sentences.map(({ match }) => match));
}

/**
 * Answers that state a number which the context does not, name somebody whom it does not, or negate what it affirms, are rare, too rare for the
 * model to learn their weight, and mostly wrong.
 */
const findingPenalty = 0.5;

/** How many kinds of findings, 0 to 3, there are against some sentences. */
export function kindsOfFindings(matches: readonly SentenceMatch[]): number {
  const kinds = [
    matches.some(({ missingFigures }) => missingFigures.length > 0),
    matches.some(({ missingNames }) => missingNames.length > 0),
    matches.some(({ negations }) => negations > 0),
  ];
  return kinds.filter(Boolean).length;
}
