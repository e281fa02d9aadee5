import type { SentenceMatch } from "./sentence.ts";
import { sentenceFeatureNames } from "./sentence-features.ts";

/** One sentence of an answer as the model sees it. */
export interface JudgedSentence {
  /** What the comparison found. */
  readonly match: SentenceMatch;
  /** Its features. */
  readonly features: readonly number[];
  /** Log-odds that it is not supported, of the sentence model. */
  readonly logOdds: number;
}

type Sentences = readonly JudgedSentence[];

/** At even prior odds a long answer would be doomed: a sentence is first taken to be supported with odds of e³ to 1. */
const priorLogOdds = -3;

/** What the model sees of an answer: the name of each feature and how it follows from its sentences. */
const features: Readonly<Record<string, (sentences: Sentences) => number>> = {
  anyUnsupported,
  weakestTwo: (all) => meanOfLargest(all.map((one) => one.logOdds)),
  weakest: (all) => largest(all, (one) => one.logOdds),
  meanOfSentences: (all) => mean(all, (one) => one.logOdds),
  unsupportedWords: (all) => Math.log1p(sum(all, ({ match }) => match.unsupported)),
  mostAdded: (all) => meanOfLargest(all.map(({ match }) => Math.min(8, match.unsupported) + figureIn(match))),
  related: (all) => weighted(all, "related"),
  together: (all) => weighted(all, "together"),
  longestCommon: (all) => weighted(all, "longestCommon"),
  triples: (all) => weighted(all, "triples"),
  leastRelated: (all) => least(all, "related"),
  leastCoveredWords: (all) => least(all, "coveredWords"),
  leastLongestCommon: (all) => least(all, "longestCommon"),
  unsupportedRun: (all) => largest(all, ({ match }) => Math.min(5, match.unsupportedRun)),
  missingFigure: (all) => largest(all, ({ match }) => figureIn(match)),
  missingName: (all) => most(all, "missingName"),
  firstPerson: (all) => most(all, "firstPerson"),
  negations: (all) => Math.log1p(sum(all, ({ match }) => match.negations)),
  length: (all) => Math.log(sum(all, ({ match }) => match.tokens.length)),
};

/** Names of the features of an answer, in the order of their values. */
export const answerFeatureNames: readonly string[] = Object.keys(features);

const measures = Object.values(features);

/** Values of the features of an answer with at least one sentence. */
export function answerFeatures(sentences: Sentences): number[] {
  return measures.map((measure) => measure(sentences));
}

/** Log-odds that at least one sentence is not supported, were they independent. */
function anyUnsupported(sentences: Sentences): number {
  const rate = sum(sentences, ({ logOdds }) => softplus(logOdds + priorLogOdds));
  return rate > 30 ? rate : Math.log(Math.expm1(Math.max(rate, 1e-12)));
}

/** ln(1 + eˣ), which is −ln of the probability that belongs to log-odds of −x. */
function softplus(x: number): number {
  return x > 30 ? x : Math.log1p(Math.exp(x));
}

function figureIn({ missingFigures }: SentenceMatch): number {
  return missingFigures.length > 0 ? 1 : 0;
}

function sum(all: Sentences, of: (one: JudgedSentence) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

function mean(all: Sentences, of: (one: JudgedSentence) => number): number {
  return sum(all, of) / all.length;
}

function largest(all: Sentences, of: (one: JudgedSentence) => number): number {
  return all.reduce((most, one) => Math.max(most, of(one)), -Infinity);
}

function meanOfLargest(values: readonly number[]): number {
  const [first, second] = [...values].sort((a, b) => b - a);
  return (first! + (second ?? first!)) / 2;
}

const position = new Map(sentenceFeatureNames.map((name, at) => [name, at]));

function featureOf(name: string): (one: JudgedSentence) => number {
  const at = position.get(name)!;
  return ({ features: values }) => values[at]!;
}

/** Mean of a feature of the sentences, those with more words of content weighing more. */
function weighted(all: Sentences, name: string): number {
  const of = featureOf(name);
  return sum(all, (one) => one.match.stems * of(one)) / sum(all, ({ match }) => match.stems);
}

function least(all: Sentences, name: string): number {
  const of = featureOf(name);
  return -largest(all, (one) => -of(one));
}

function most(all: Sentences, name: string): number {
  return largest(all, featureOf(name));
}
