/**
 * The incomplete beta function and what it needs, on the log scale, so that tails far below the smallest
 * double and counts in the millions keep their relative precision.
 */

const HALF_LOG_TWO_PI = 0.9189385332046727;

/** log(1 - exp(x)) for x <= 0, without cancellation. */
function logOneMinusExp(x: number): number {
  if (x >= 0) return Number.NEGATIVE_INFINITY;
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x));
}

/**
 * The remainder of Stirling's formula: log Γ(a) - [(a - 1/2) log a - a + log(2π)/2], for a > 0 (DLMF 5.11.1).
 */
function stirlingRemainder(a: number): number {
  let shifted = a;
  let sum = 0;
  while (shifted < 16) {
    sum += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
    shifted += 1;
  }
  const r = 1 / (shifted * shifted);
  const series =
    1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))));
  return sum + series / shifted;
}

/** log Γ(a) for a > 0. */
export function logGamma(a: number): number {
  return (a - 0.5) * Math.log(a) - a + HALF_LOG_TWO_PI + stirlingRemainder(a);
}

/**
 * value·log(value/mean) - difference >= 0, accurate when the difference value - mean is small (the deviance
 * term of Loader 2000).
 */
function devianceTerm(value: number, mean: number, difference: number): number {
  const v = difference / (value + mean);
  if (Math.abs(v) > 0.1) return value * Math.log(value / mean) - difference;
  let power = 2 * value * v;
  let sum = difference * v;
  for (let k = 3; k < 60; k += 2) {
    power *= v * v;
    const next = sum + power / k;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/**
 * log of x^a·y^b / B(a, b) with y = 1 - x given apart, for a, b > 0 and 0 < x < 1, by saddle-point form
 * (Loader 2000).
 */
export function logBetaKernel(x: number, y: number, a: number, b: number): number {
  const total = a + b;
  const scale = 0.5 * Math.log(a / total) + 0.5 * Math.log(b) - HALF_LOG_TWO_PI;
  const remainders = stirlingRemainder(total) - stirlingRemainder(a) - stirlingRemainder(b);
  const excess = meanExcess(x, y, a, b);
  return scale + remainders - devianceTerm(a, total * x, excess) - devianceTerm(b, total * y, -excess);
}

/**
 * The factor f in I_x(a, b) = x^a·y^b/(f·B(a, b)): the even part of the continued fraction DLMF 8.17.22, written
 * with excess = a - (a + b)x so that it does not cancel for x near 1 (Didonato & Morris 1992, eq. 9), by the
 * modified Lentz recurrence.
 */
function betaFraction(x: number, y: number, a: number, b: number, excess: number): number {
  const tiny = 1e-300;
  let value = (a * (excess + 1)) / (a + 1);
  if (Math.abs(value) < tiny) value = tiny;
  let c = value;
  let d = 0;
  for (let n = 1; n < 1_000_000; n++) {
    const spread = (n * (b - n) * x) / (a + 2 * n - 1);
    const numerator = ((a + n - 1) * (a + b + n - 1) * x * spread) / (a + 2 * n - 1);
    const denominator = n + spread + ((a + n) * (excess + 1 + n * (1 + y))) / (a + 2 * n + 1);
    d = 1 / (denominator + numerator * d || tiny);
    c = denominator + numerator / c || tiny;
    value *= c * d;
    if (Math.abs(c * d - 1) < 4e-16) break;
  }
  return value;
}

/** a - (a + b)x, from whichever of x and y is smaller. */
function meanExcess(x: number, y: number, a: number, b: number): number {
  return x <= y ? a - (a + b) * x : (a + b) * y - b;
}

/** Logs of I_x(a, b) and of its complement, with full relative precision; y = 1 - x is given apart. */
export function logIncompleteBeta(
  x: number,
  y: number,
  a: number,
  b: number,
): { lower: number; upper: number } {
  if (x <= 0) return { lower: Number.NEGATIVE_INFINITY, upper: 0 };
  if (y <= 0) return { lower: 0, upper: Number.NEGATIVE_INFINITY };
  const kernel = logBetaKernel(x, y, a, b);
  const excess = meanExcess(x, y, a, b);
  if (x * (a + b + 2) < a + 1) {
    const lower = Math.min(0, kernel - Math.log(betaFraction(x, y, a, b, excess)));
    return { lower, upper: logOneMinusExp(lower) };
  }
  const upper = Math.min(0, kernel - Math.log(betaFraction(y, x, b, a, -excess)));
  return { lower: logOneMinusExp(upper), upper };
}

/** The logit of the lower quantile where x is so small that I_x(a, b) = x^a/(a·B(a, b)) to the last digit. */
function edgeLogit(logTail: number, a: number, b: number): number {
  return (logTail + Math.log(a) + logGamma(a) + logGamma(b) - logGamma(a + b)) / a;
}

/**
 * The logit of the point at which one tail of Beta(a, b) has probability exp(logTail). Newton steps on the
 * log of that tail as a function of the logit, kept inside a bracket.
 */
export function betaQuantileLogit(logTail: number, tail: "lower" | "upper", a: number, b: number): number {
  const sign = tail === "lower" ? 1 : -1;
  const far = tail === "lower" ? edgeLogit(logTail, a, b) : -edgeLogit(logTail, b, a);
  if (Math.abs(far) > 600 && Math.sign(far) === -sign) return far;
  let [low, high] = [-800, 800];
  let t = Math.log(a) - Math.log(b);
  for (let step = 0; step < 300; step++) {
    const [x, y] = [1 / (1 + Math.exp(-t)), 1 / (1 + Math.exp(t))];
    const logValue = logIncompleteBeta(x, y, a, b)[tail];
    const excess = logValue - logTail;
    if (excess * sign > 0) high = t;
    else low = t;
    const slope = sign * Math.exp(logBetaKernel(x, y, a, b) - logValue);
    let next = t - excess / slope;
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - t) <= 1e-15 * Math.max(1, Math.abs(t))) return next;
    t = next;
  }
  return t;
}
