/**
 * Runs reference tables of statistics: for each function name of a table the call into the package's
 * statistics and the names of the answer, and the comparison of an answer with the one that the table gives.
 */

/** `value`, or null where there is no finite one. */
const finite = (value) => (Number.isFinite(value) ? value : null);

const limits = ({ lower, upper }) => ({ lo: lower, hi: upper });

const pairs = ({ b, c }) => ({ regressions: b, improvements: c });

const pairedCounts = ({ b, c, n }) => ({ ...pairs({ b, c }), n });

const arms = ({ x1, n1, x2, n2 }) => [
  { successes: x1, n: n1 },
  { successes: x2, n: n2 },
];

const rates = ({ qb, qc, ...rest }) => ({ ...rest, regressionRate: qb, improvementRate: qc });

const logEValues = ({ twoSided, harm }) => ({ logETwoSided: twoSided, logEHarm: harm });

/** The numbers of a sample: given as such, or as ((i·mul) mod mod)/div for i = 0..n-1. */
function sample(given) {
  if (Array.isArray(given)) return given;
  const { n, mul, mod, div } = given;
  return Array.from({ length: n }, (_, i) => Number((BigInt(i) * BigInt(mul)) % BigInt(mod)) / div);
}

const mannWhitney = (s, { x, y }) => {
  const result = s.mannWhitney(sample(x), sample(y));
  const { u, effectSize, z, pTwoSided, pGreater, pLess, pExactTwoSided } = result;
  return { U: u, cles: effectSize, z, pTwoSided, pGreater, pLess, pExactTwoSided };
};

const MULTIPLICITIES = { discreteHolm: "discreteHolm", midpHolm: "midPHolm", holm: "holm" };
const SPENDING = { obf: "obrienFleming", pocock: "pocock" };
const EXIT_CODES = { pass: 0, fail: 1, inconclusive: 2 };

function gate(s, { alpha, multiplicity, checks }) {
  const criteria = checks.map((check) => ({ ...pairedCounts(check), id: check.id, margin: check.margin }));
  const { decisions, verdict } = s.decidePaired(criteria, {
    alpha,
    multiplicity: MULTIPLICITIES[multiplicity],
  });
  return {
    checks: decisions.map((one) => ({
      id: one.id,
      status: one.decision,
      harmP: one.harmPValue,
      harmAdjusted: one.harmAdjusted,
      harmFlag: one.harmProven,
      niP: one.nonInferiorityPValue,
      ni: one.nonInferior,
      ...limits(one.interval),
      minRows: one.minimumN,
      warnHarmWithinMargin: one.degradedWithinMargin,
    })),
    overall: verdict,
    exitCode: EXIT_CODES[verdict],
  };
}

/** Table function name → (statistics, arguments of the case) → answer in the table's names. */
export const functions = {
  normQuantile: (s, { p }) => ({ z: finite(s.normalQuantile(p)) }),
  normCdf: (s, { x }) => ({ p: s.normalCdf(x) }),
  tQuantile: (s, { p, df }) => ({ t: finite(s.studentTQuantile(p, df)) }),
  tCdf: (s, { x, df }) => ({ p: s.studentTCdf(x, df) }),
  betaQuantile: (s, { p, a, b }) => ({ x: s.betaQuantile(p, a, b) }),
  betaCdf: (s, { x, a, b }) => ({ p: s.betaCdf(x, a, b) }),
  clopperPearson: (s, { x, n, conf }) => limits(s.clopperPearson(x, n, conf)),
  wilson: (s, { x, n, conf }) => limits(s.wilson(x, n, conf)),
  mcnemar: (s, input) => {
    const { exactTwoSided, exactHarm, midPTwoSided, midPHarm } = s.mcnemar(pairs(input));
    return { exactTwoSided, exactHarm, midpTwoSided: midPTwoSided, midpHarm: midPHarm };
  },
  tangoCi: (s, input) => limits(s.tangoInterval(pairedCounts(input), input.conf)),
  tangoNi: (s, input) => {
    const { z, pValue } = s.tangoNonInferiority(pairedCounts(input), input.margin);
    return { z, p: pValue };
  },
  newcombePaired: (s, { a, b, c, d, conf }) => {
    const result = s.newcombePaired({ bothPass: a, ...pairs({ b, c }), bothFail: d }, conf);
    return { ...limits(result), loMethod8: result.method8.lower, hiMethod8: result.method8.upper };
  },
  miettinenNurminen: (s, input) => {
    const options = { confidence: input.conf, difference: input.delta };
    const result = s.miettinenNurminen(...arms(input), options);
    return { ...limits(result), z: result.z, pGreater: result.pGreater, pLess: result.pLess };
  },
  newcombeUnpaired: (s, input) => limits(s.newcombeUnpaired(...arms(input), input.conf)),
  fisherMidP: (s, input) => ({ pGreater: s.fisherMidP(...arms(input)) }),
  mannWhitney,
  mannWhitneyGen: mannWhitney,
  hodgesLehmann: (s, { x, y, conf }) => {
    const result = s.hodgesLehmann(x, y, conf);
    return { estimate: result.estimate, ...limits(result), k: result.rank };
  },
  holm: (s, { p }) => ({ adjusted: s.holm(p) }),
  bh: (s, { p }) => ({ adjusted: s.benjaminiHochberg(p) }),
  weightedHolm: (s, { p, w }) => ({ adjusted: s.weightedHolm(p, w) }),
  discreteHolmMcnemar: (s, { tables }) => {
    const { pValues, adjusted } = s.discreteHolmMcnemar(tables.map(pairs));
    return { p: pValues, adjusted };
  },
  westfallYoungSignFlip: (s, { d, signs }) => {
    const { pValues, adjusted } = s.westfallYoungWithSigns(d, signs);
    return { p: pValues, adjusted };
  },
  quantile: (s, { x, p }) => ({ type7: s.quantileType7(x, p) }),
  harrellDavis: (s, { x, p }) => {
    const { estimate, standardError } = s.harrellDavis(x, p);
    return { hd: estimate, jackknifeSe: standardError };
  },
  quantileOrderRanks: (s, { n, p, conf }) => {
    const { lower, upper } = s.quantileOrderRanks(n, p, conf);
    return { l: lower, u: upper };
  },
  quantileCiGen: (s, { x, p, conf }) => {
    const result = s.quantileInterval(sample(x), p, conf);
    return { est: result.estimate, ...limits(result), l: result.lowerRank, u: result.upperRank };
  },
  quantileCompare: (s, { x, y, p, conf }) => {
    const result = s.quantileCompare(x, y, p, conf);
    return {
      diff: result.difference,
      diffLo: result.differenceLower,
      diffHi: result.differenceUpper,
      ratio: result.ratio,
      ratioLo: result.ratioLower,
      ratioHi: result.ratioUpper,
    };
  },
  bcaMean: (s, { x, idx, conf }) => {
    const result = s.bcaMean(x, idx, conf);
    return {
      theta: result.estimate,
      z0: result.biasCorrection,
      accel: result.acceleration,
      a1: result.lowerProbability,
      a2: result.upperProbability,
      ...limits(result),
    };
  },
  percentileMean: (s, { x, idx, conf }) => limits(s.percentileMean(x, idx, conf)),
  bootT: (s, { x, idx, conf }) => {
    const result = s.bootstrapT(x, idx, conf);
    return { ...limits(result), used: result.used };
  },
  clusterPercentile: (s, { x, cl, idx, conf }) => limits(s.clusterPercentile(x, cl, idx, conf)),
  clusteredSe: (s, { x, cl, conf }) => {
    const result = s.clusteredStandardError(x, cl, conf);
    return {
      mean: result.mean,
      n: result.n,
      clusters: result.clusters,
      seIid: result.independent,
      seMiller: result.clustered,
      seCr1: result.clusteredCorrected,
      ...limits(result),
      df: result.degreesOfFreedom,
    };
  },
  signFlipExact: (s, { d, cl }) => {
    const { units, pHarm, pTwoSided } = s.signFlipExact(d, cl);
    return { units, pHarm, pTwoSided };
  },
  signFlipMc: (s, { d, signs }) => s.signFlipMonteCarlo(d, signs),
  elScore: (s, { d, sizes, margin, conf }) => {
    const result = s.elScore(d, { margin, confidence: conf, clusterSizes: sizes });
    return { z: result.z, pNi: result.pValue, ...limits(result) };
  },
  niExactUnconditional: (s, input) => ({
    p: s.nonInferiorityExactUnconditional(pairedCounts(input), input.margin, input.grid),
  }),
  mcnemarPowerExact: (s, input) => ({ power: s.mcnemarPowerExact(rates(input)) }),
  tangoNiPowerExact: (s, input) => ({ power: s.tangoNonInferiorityPower(rates(input)) }),
  pairedBinaryN: (s, { psi, ...rest }) => ({ n: s.pairedBinaryN({ ...rest, discordance: psi }) }),
  niPairedN: (s, { psi, delta, ...rest }) => ({
    n: s.nonInferiorityN({ ...rest, discordance: psi, difference: delta }),
  }),
  millerN: (s, { delta, omega2, sigmaA2, sigmaB2, kA, kB, alpha, power }) => ({
    n: s.millerN({
      difference: delta,
      varianceOfDifference: omega2,
      baselineVariance: sigmaA2,
      candidateVariance: sigmaB2,
      baselineRepetitions: kA,
      candidateRepetitions: kB,
      alpha,
      power,
    }),
  }),
  mdePairedBinary: (s, { psi, ...rest }) => ({
    mde: s.minimumDetectableEffectPairedBinary({ ...rest, discordance: psi }),
  }),
  mdeMean: (s, { sd, deff, ...rest }) => ({
    mde: s.minimumDetectableEffectMean({ ...rest, standardDeviation: sd, designEffect: deff }),
  }),
  minNNi: (s, { margin, alpha }) => ({ n: s.minimumNForMargin(margin, alpha) }),
  iccDecompose: (s, { rows }) => {
    const result = s.varianceComponents(rows);
    return {
      within: result.within,
      between: result.between,
      varOfRowMeans: result.varianceOfMeans,
      icc: result.intraclassCorrelation,
      seMean: result.standardErrorOfMean,
    };
  },
  eMcnemar: (s, input) => logEValues(s.mcnemarEValue(pairs(input), input.a)),
  eShare: (s, { x, y, rho, r }) =>
    logEValues(s.eventShareEValue({ candidateEvents: x, baselineEvents: y, trafficShare: rho, r })),
  prplEbCs: (s, { x, alpha, cap }) => {
    const { lower, upper } = s.predictablePlugInSequence(x, { alpha, cap });
    return { lo: lower, hi: upper };
  },
  bettingCi: (s, { x, ...options }) => limits(s.bettingInterval(x, options)),
  asympCs: (s, { sd, n, alpha, nStar }) => {
    const { rho, halfWidth } = s.asymptoticConfidenceSequence({
      standardDeviation: sd,
      n,
      alpha,
      plannedN: nStar,
    });
    return { rho, halfwidth: halfWidth };
  },
  lanDemets: (s, { t, alpha, kind }) => ({ z: s.lanDemetsBoundaries(t, alpha, SPENDING[kind]) }),
  gate,
};

const show = (value) => (value === undefined ? "nothing" : JSON.stringify(value));

/** Whether a number is as wanted within the absolute or the relative tolerance. */
function close(got, want, { rel = 0, abs = 0 }) {
  const error = Math.abs(got - want);
  return error <= abs || error <= rel * Math.abs(want);
}

function compare(path, got, want, tolerance) {
  if (typeof want === "number" && typeof got === "number") {
    return close(got, want, tolerance) ? [] : [{ field: path, got, want }];
  }
  const nested = want !== null && typeof want === "object";
  if (!nested || got === null || typeof got !== "object")
    return got === want ? [] : [{ field: path, got, want }];
  if (Array.isArray(want) && (!Array.isArray(got) || got.length !== want.length)) {
    return [{ field: path, got, want }];
  }
  return Object.keys(want).flatMap((key) =>
    compare(path === "" ? key : `${path}.${key}`, got[key], want[key], tolerance),
  );
}

/** The mismatches of one case of a table, one line each; none when it passes. */
export function checkCase(statistics, entry) {
  const name = `${entry.id} ${entry.fn}`;
  if (!Object.hasOwn(functions, entry.fn)) return [`${name} - got unknown function want ${show(entry.out)}`];
  try {
    const got = functions[entry.fn](statistics, entry.in);
    const mismatches = compare("", got, entry.out, entry.tol ?? {});
    return mismatches.map(
      ({ field, got: seen, want }) => `${name} ${field} got ${show(seen)} want ${show(want)}`,
    );
  } catch (error) {
    return [`${name} - got ${String(error)} want ${show(entry.out)}`];
  }
}
