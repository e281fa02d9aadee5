// biome-ignore-all format: written by a script
import type { GroundednessModel } from "./model.ts";

/**
 * Weights of the groundedness model, version `lexical-2`; written by `node scripts/train-groundedness.mjs`, seed 1, from
 * ragtruth: 539 answers, 95 of them not grounded; MIT (RAGTruth, Niu et al. 2024)
 * begin: 3235 answers, 2068 of them not grounded; CC-BY-4.0, CDLA-Sharing-1.0 (BEGIN, Dziri et al. 2022)
 * q2: 760 answers, 316 of them not grounded; Apache-2.0 (Q2, Honovich et al. 2021)
 */
export const model: GroundednessModel = {
 "sentence": {
  "features": [
   "covered",
   "related",
   "known",
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
   "length"
  ],
  "centre": [
   0.72802,
   0.73702,
   0.028117,
   0.23486,
   1.6174,
   1.1669,
   0.68765,
   0.58759,
   0.72362,
   0.57469,
   0.33735,
   0.020188,
   0.01379,
   0.0015638,
   0.17643,
   0.15667,
   2.5969
  ],
  "weights": [
   -0.20566,
   -0.20725,
   0.64883,
   0.15818,
   0.11113,
   0.15982,
   -0.27841,
   -0.52272,
   -0.053859,
   -0.57046,
   -0.89024,
   1.1166,
   0.56312,
   1.0086,
   -0.23352,
   0.033825,
   0.096841
  ],
  "intercept": -0.37286
 },
 "answer": {
  "features": [
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
   "length"
  ],
  "centre": [
   -2.6203,
   0.027852,
   0.17305,
   -0.084782,
   1.0855,
   2.0276,
   0.65785,
   0.53409,
   0.52265,
   0.31109,
   0.56269,
   0.54139,
   0.44076,
   1.6737,
   0.042605,
   0.032671,
   0.3298,
   0.0017726,
   2.8857
  ],
  "weights": [
   0.088363,
   0.10605,
   0.092902,
   0.071822,
   0.14437,
   0.060885,
   -0.2732,
   -0.22143,
   -0.34433,
   -0.35368,
   -0.23497,
   -0.24203,
   -0.31018,
   0.069378,
   0.57654,
   0.30514,
   -0.0046769,
   0.12733,
   0.06459
  ],
  "intercept": -0.21911
 },
 "calibration": {
  "question_answering": {
   "slope": 1.7749,
   "intercept": -2.6137,
   "passAt": 0.69621,
   "answers": 539
  },
  "dialogue": {
   "slope": 1.2519,
   "intercept": -0.75897,
   "passAt": 0.68757,
   "answers": 3991
  },
  "summary": {
   "slope": 1.0411,
   "intercept": -1.0812,
   "passAt": 0.72225,
   "answers": 0
  }
 }
};

/** The files whose rows the weights have seen, and the SHA-256 of those rows, one a line. */
export const trainedOn: readonly { file: string; sha256: string }[] = [
 {
  "file": "ragtruth_qa.rows.jsonl",
  "sha256": "6e50299aa3428e53d73498aa7aff1b3ecfe00b80ad84b870eaa0d7846cd37704"
 },
 {
  "file": "ragtruth_qa.responses.jsonl",
  "sha256": "c56ecc8555be0ecc36772e2116ccd4766cad5b8eeffbcda2333035ff14942e32"
 },
 {
  "file": "begin.jsonl",
  "sha256": "c0018b9a59683b49437b01972ce8d80a7f12c9712de917495e72d200853a08c6"
 },
 {
  "file": "q2_dialogue.jsonl",
  "sha256": "c534aec8ecf8430120d57dc953c242ef43d220a2a624be21a22e140a82c634ad"
 }
];
