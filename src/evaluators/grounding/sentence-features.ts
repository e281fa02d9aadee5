import { aboutSources, firstPerson } from "./phrases.ts";
import type { SentenceMatch } from "./sentence.ts";

/** What the model sees of one sentence: the name of each feature and how it follows from the comparison. Shares are 0..1. */
const features: Readonly<Record<string, (match: SentenceMatch) => number>> = {
  covered: (match) => match.covered / match.stems,
  related: (match) => match.related / match.stems,
  known: (match) => match.known / match.stems,
  unsupported: (match) => match.unsupported / match.stems,
  unsupportedCount: (match) => Math.min(8, match.unsupported),
  unsupportedRun: (match) => Math.min(5, match.unsupportedRun),
  inWindow: (match) => match.inWindow / match.stems,
  together: (match) => match.together,
  coveredWords: (match) => match.coveredWords / match.tokens.length,
  longestCommon: (match) => match.longestCommon / match.tokens.length,
  triples: (match) => match.triples / Math.max(1, match.tokens.length - 2),
  missingFigure: (match) => Math.min(1, match.missingFigures.length),
  missingName: (match) => Math.min(1, match.missingNames.length),
  negation: (match) => Math.min(1, match.negations),
  aboutSources: ({ tokens }) => (tokens.some(({ lower }) => aboutSources.has(lower)) ? 1 : 0),
  firstPerson: ({ tokens }) => (tokens.some(({ lower }) => firstPerson.has(lower)) ? 1 : 0),
  length: ({ tokens }) => Math.log(tokens.length),
};

/** Names of the features of a sentence, in the order of their values. */
export const sentenceFeatureNames: readonly string[] = Object.keys(features);

const measures = Object.values(features);

/** Values of the features of a sentence. */
export function sentenceFeatures(match: SentenceMatch): number[] {
  return measures.map((measure) => measure(match));
}
