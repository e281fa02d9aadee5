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
   "length"
  ],
  "centre": [
   0.72802,
   0.73702,
   0.028117,
   0.040841,
   0.19402,
   1.3364,
   1.002,
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
   0.066676,
   0.051038,
   0.017344,
   2.5969
  ],
  "weights": [
   -0.2161,
   -0.21872,
   0.6413,
   0.19319,
   0.17152,
   0.12167,
   0.16047,
   -0.28679,
   -0.5237,
   -0.064831,
   -0.57844,
   -0.90064,
   1.0767,
   0.53317,
   1.0067,
   -0.20678,
   0.021001,
   0.035276,
   0.056564,
   -0.42255,
   0.11014
  ],
  "intercept": -0.38254
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
   -2.6122,
   0.033427,
   0.18036,
   -0.075729,
   0.9877,
   1.7836,
   0.65785,
   0.53409,
   0.52265,
   0.31109,
   0.56269,
   0.54139,
   0.44076,
   1.5305,
   0.042605,
   0.032671,
   0.3298,
   0.0017726,
   2.8857
  ],
  "weights": [
   0.087215,
   0.10536,
   0.092074,
   0.068295,
   0.15319,
   0.059727,
   -0.27892,
   -0.22599,
   -0.34546,
   -0.35679,
   -0.24017,
   -0.25004,
   -0.31276,
   0.067337,
   0.56436,
   0.30086,
   -0.0060623,
   0.10778,
   0.065997
  ],
  "intercept": -0.19979
 },
 "calibration": {
  "question_answering": {
   "slope": 1.7308,
   "intercept": -2.4614,
   "passAt": 0.69565,
   "answers": 539
  },
  "dialogue": {
   "slope": 1.2423,
   "intercept": -0.79791,
   "passAt": 0.68841,
   "answers": 3991
  },
  "summary": {
   "slope": 1.0664,
   "intercept": -1.0872,
   "passAt": 0.71951,
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
