import { requireCount, requireFinite, requirePositive, requireProbability } from "./check.ts";
import { betaQuantileLogit, logBetaKernel, logIncompleteBeta } from "./special.ts";

const ROOT_TWO_PI = 2.5066282746310002;

/** The standard normal density at `x`. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / ROOT_TWO_PI;
}

/** Φ(-x)/φ(x) for x >= 2.5: Laplace's continued fraction (DLMF 7.9.1), evaluated from the far end. */
function millsRatio(x: number): number {
  let fraction = x;
  for (let k = Math.ceil(30 + 900 / (x * x)); k > 0; k--) fraction = x + k / fraction;
  return 1 / fraction;
}

/**
 * The standard normal distribution function Φ(x), with full relative precision in the lower tail.
 *
 * `x` may be infinite. Throws RangeError for NaN.
 *
 * Source: DLMF 7.6.2 (power series) and 7.9 (continued fraction).
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) requireFinite("x", x);
  if (x <= -2.5) return normalDensity(x) * millsRatio(-x);
  if (x >= 2.5) return 1 - normalDensity(x) * millsRatio(x);
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/**
 * The standard normal quantile: the z with Φ(z) = p.
 *
 * `probability` in [0, 1]; 0 and 1 give -Infinity and Infinity. Throws RangeError outside.
 *
 * Source: starting value Abramowitz & Stegun 26.2.23, then Halley steps on Φ.
 */
export function normalQuantile(probability: number): number {
  requireProbability("probability", probability);
  if (probability === 0.5) return 0;
  const tail = Math.min(probability, 1 - probability);
  if (tail === 0) return probability === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-2 * Math.log(tail));
  let z =
    (2.515517 + r * (0.802853 + r * 0.010328)) / (1 + r * (1.432788 + r * (0.189269 + r * 0.001308))) - r;
  for (let step = 0; step < 6; step++) {
    const error = (normalCdf(z) - tail) / normalDensity(z);
    const change = error / (1 + (z * error) / 2);
    z -= change;
    if (Math.abs(change) <= 1e-15 * Math.abs(z)) break;
  }
  return probability < 0.5 ? z : -z;
}

/** The upper quantile z with Φ(-z) = tail, for a tail area already checked. */
export function upperNormalQuantile(tail: number): number {
  return -normalQuantile(tail);
}

/** The critical value of a two-sided interval: the upper (1 - confidence)/2 quantile. */
export function criticalValue(confidence: number): number {
  return upperNormalQuantile((1 - confidence) / 2);
}

/**
 * Student's t distribution function.
 *
 * `x` any number, `degreesOfFreedom` above 0 (Infinity is the normal). Returns the lower-tail probability.
 * Throws RangeError for NaN or non-positive degrees of freedom.
 *
 * Source: DLMF 8.17 with Abramowitz & Stegun 26.7.1.
 */
export function studentTCdf(x: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return normalCdf(x);
  requirePositive("degreesOfFreedom", degreesOfFreedom);
  if (Number.isNaN(x)) requireFinite("x", x);
  if (x === 0) return 0.5;
  if (!Number.isFinite(x)) return x < 0 ? 0 : 1;
  const ratio = (x / degreesOfFreedom) * x;
  const inner = 1 / (1 + ratio);
  const outer = ratio > 1 ? 1 / (1 + 1 / ratio) : ratio / (1 + ratio);
  const tail = 0.5 * Math.exp(logIncompleteBeta(inner, outer, degreesOfFreedom / 2, 0.5).lower);
  return x < 0 ? tail : 1 - tail;
}

/**
 * Student's t quantile: the t whose lower-tail probability is `probability`.
 *
 * `probability` in [0, 1] (0 and 1 give infinities), `degreesOfFreedom` above 0 or Infinity. Throws
 * RangeError otherwise.
 *
 * Source: inversion of Abramowitz & Stegun 26.7.1.
 */
export function studentTQuantile(probability: number, degreesOfFreedom: number): number {
  if (degreesOfFreedom === Number.POSITIVE_INFINITY) return normalQuantile(probability);
  requirePositive("degreesOfFreedom", degreesOfFreedom);
  requireProbability("probability", probability);
  if (probability === 0.5) return 0;
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  if (probability === 1) return Number.POSITIVE_INFINITY;
  const twoTails = 2 * Math.min(probability, 1 - probability);
  const logit = logitOfTail(twoTails, 1 - twoTails, degreesOfFreedom / 2, 0.5);
  const size = Math.sqrt(degreesOfFreedom) * Math.exp(-logit / 2);
  return probability < 0.5 ? -size : size;
}

function logitOfTail(lower: number, upper: number, a: number, b: number): number {
  return lower <= upper
    ? betaQuantileLogit(Math.log(lower), "lower", a, b)
    : betaQuantileLogit(Math.log(upper), "upper", a, b);
}

function logistic(logit: number): number {
  return logit < 0 ? Math.exp(logit) / (1 + Math.exp(logit)) : 1 / (1 + Math.exp(-logit));
}

/**
 * The distribution function of Beta(a, b): the regularized incomplete beta function I_x(a, b).
 *
 * `x` in [0, 1], `a` and `b` above 0. Throws RangeError otherwise.
 *
 * Source: DLMF 8.17.22.
 */
export function betaCdf(x: number, a: number, b: number): number {
  requireProbability("x", x);
  requirePositive("a", a);
  requirePositive("b", b);
  return Math.exp(logIncompleteBeta(x, 1 - x, a, b).lower);
}

/**
 * The quantile of Beta(a, b): the x with I_x(a, b) = p.
 *
 * `probability` in [0, 1], `a` and `b` above 0. Returns a number in [0, 1]. Throws RangeError otherwise.
 */
export function betaQuantile(probability: number, a: number, b: number): number {
  requireProbability("probability", probability);
  requirePositive("a", a);
  requirePositive("b", b);
  if (probability === 0 || probability === 1) return probability;
  return logistic(logitOfTail(probability, 1 - probability, a, b));
}

/**
 * The point above which Beta(a, b) has probability `tail`; exact for tails far below the spacing of doubles
 * near 1.
 */
export function betaUpperQuantile(tail: number, a: number, b: number): number {
  return logistic(-logitOfTail(tail, 1 - tail, b, a));
}

/** P(X >= k) for X ~ Binomial(n, p); arguments already checked. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return Math.exp(logIncompleteBeta(p, 1 - p, k, n - k + 1).lower);
}

/** P(X <= k) for X ~ Binomial(n, p); arguments already checked. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (k >= n) return 1;
  if (k < 0) return 0;
  return Math.exp(logIncompleteBeta(p, 1 - p, k + 1, n - k).upper);
}

/** log P(X = k) for X ~ Binomial(n, p), 0 <= k <= n; arguments already checked. */
export function logBinomialPmf(k: number, n: number, p: number): number {
  if (p <= 0 || p >= 1) return k === (p <= 0 ? 0 : n) ? 0 : Number.NEGATIVE_INFINITY;
  if (k === 0) return n * Math.log1p(-p);
  if (k === n) return n * Math.log(p);
  return Math.log(n) - Math.log(k) - Math.log(n - k) + logBetaKernel(p, 1 - p, k, n - k);
}

/**
 * The binomial distribution function P(X <= k) for X ~ Binomial(n, p).
 *
 * `k` an integer of at least 0, `n` an integer of at least 0, `p` in [0, 1]. Throws RangeError otherwise.
 *
 * Source: DLMF 8.17.5.
 */
export function binomialCdf(k: number, n: number, p: number): number {
  requireCount("k", k);
  requireCount("n", n);
  requireProbability("p", p);
  return binomialAtMost(k, n, p);
}
