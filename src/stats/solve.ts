/**
 * The root of a function that falls from positive to negative over `(low, high)`. The ends themselves are
 * never evaluated, so the function may be infinite or undefined there. Regula falsi with Illinois
 * down-weighting, and a plain halving at every third step so that the bracket shrinks to neighbouring doubles
 * whatever the shape, or to `tolerance`.
 */
export function decreasingRoot(
  f: (x: number) => number,
  low: number,
  high: number,
  { tolerance = 0 }: { tolerance?: number } = {},
): number {
  let [a, b] = [low, high];
  let [fa, fb] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let lastSide = 0;
  for (let step = 1; step <= 400; step++) {
    const middle = a + (b - a) / 2;
    if (
      !(middle > a && middle < b) ||
      b - a <= Math.max(tolerance, 2e-16 * Math.max(Math.abs(a), Math.abs(b)))
    )
      return middle;
    let x = middle;
    if (step % 3 !== 0 && Number.isFinite(fa) && Number.isFinite(fb)) {
      const secant = a + ((b - a) * fa) / (fa - fb);
      if (secant > a && secant < b) x = secant;
    }
    const fx = f(x);
    if (fx === 0) return x;
    if (fx > 0) {
      [a, fa] = [x, fx];
      if (lastSide === 1) fb /= 2;
      lastSide = 1;
    } else {
      [b, fb] = [x, fx];
      if (lastSide === -1) fa /= 2;
      lastSide = -1;
    }
  }
  return a + (b - a) / 2;
}

/** Nodes and weights of Gauss–Legendre quadrature on [-1, 1], by Newton steps on the Legendre polynomial. */
export function gaussLegendre(order: number): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 1; i <= order; i++) {
    let x = -Math.cos((Math.PI * (i - 0.25)) / (order + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 60; iteration++) {
      let [previous, current] = [1, x];
      for (let k = 2; k <= order; k++) {
        [previous, current] = [current, ((2 * k - 1) * x * current - (k - 1) * previous) / k];
      }
      slope = (order * (x * current - previous)) / (x * x - 1);
      const change = current / slope;
      x -= change;
      if (Math.abs(change) < 1e-16) break;
    }
    nodes.push(x);
    weights.push(2 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}
