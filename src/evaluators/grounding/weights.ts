import type { GroundednessModel } from "./model.ts";

/**
 * Weights of the groundedness model, version `lexical-2`; written by `node scripts/train-groundedness.mjs`, seed 1, from
 * ragtruth: 539 answers, 95 of them not grounded; MIT (RAGTruth, Niu et al. 2024)
 * begin: 3235 answers, 2068 of them not grounded; CC-BY-4.0, CDLA-Sharing-1.0 (BEGIN, Dziri et al. 2022)
 * q2: 760 answers, 316 of them not grounded; Apache-2.0 (Q2, Honovich et al. 2021)
 *
 * ragtruth_qa.rows.jsonl: 96 rows, SHA-256 of its rows 6e50299aa3428e53…
 * ragtruth_qa.responses.jsonl: 539 rows, SHA-256 of its rows c56ecc8555be0ecc…
 * begin.jsonl: 3296 rows, SHA-256 of its rows c0018b9a59683b49…
 * q2_dialogue.jsonl: 760 rows, SHA-256 of its rows c534aec8ecf84301…
 */
export const model: GroundednessModel = {
  sentence: {
    features: [
      "covered",
      "related",
      "known",
      "framing",
      "unsupported",
      "unsupportedCount",
      "unsupportedRun",
      "inWindow",
      "together",
      "coveredWords",
      "longestCommon",
      "triples",
      "missingFigure",
      "missingName",
      "negation",
      "aboutSources",
      "firstPerson",
      "hedge",
      "advice",
      "abstention",
      "length",
    ],
    centre: [
      0.72769, 0.7367, 0.028117, 0.040953, 0.19423, 1.3381, 1.0033, 0.68765, 0.58759, 0.72362, 0.57469,
      0.33735, 0.022889, 0.01379, 0.0015638, 0.17643, 0.15667, 0.066676, 0.051038, 0.017344, 2.5969,
    ],
    weights: [
      -0.22782, -0.22822, 0.63744, 0.19471, 0.18427, 0.12329, 0.15951, -0.27616, -0.51293, -0.060889,
      -0.57779, -0.89884, 0.91534, 0.53641, 1.0073, -0.20239, 0.027516, 0.02919, 0.056602, -0.42649, 0.11138,
    ],
    intercept: -0.38335,
  },
  answer: {
    features: [
      "anyUnsupported",
      "weakestTwo",
      "weakest",
      "meanOfSentences",
      "unsupportedWords",
      "mostAdded",
      "related",
      "together",
      "longestCommon",
      "triples",
      "leastRelated",
      "leastCoveredWords",
      "leastLongestCommon",
      "unsupportedRun",
      "missingFigure",
      "missingName",
      "firstPerson",
      "negations",
      "length",
    ],
    centre: [
      -2.6125, 0.033753, 0.17992, -0.075352, 0.98884, 1.7901, 0.6575, 0.53409, 0.52265, 0.31109, 0.56239,
      0.54139, 0.44076, 1.5322, 0.047241, 0.032671, 0.3298, 0.0017726, 2.8857,
    ],
    weights: [
      0.086918, 0.1043, 0.091033, 0.067588, 0.15561, 0.060045, -0.28413, -0.22492, -0.34694, -0.35799,
      -0.24246, -0.24976, -0.31287, 0.066967, 0.45771, 0.30043, -0.0022999, 0.10764, 0.066463,
    ],
    intercept: -0.19875,
  },
  calibration: {
    question_answering: {
      slope: 1.6909,
      intercept: -2.429,
      passAt: 0.69786,
      answers: 539,
    },
    dialogue: {
      slope: 1.2423,
      intercept: -0.8044,
      passAt: 0.68846,
      answers: 3991,
    },
    summary: {
      slope: 1.0648,
      intercept: -1.0919,
      passAt: 0.71948,
      answers: 0,
    },
  },
};
