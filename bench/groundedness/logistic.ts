/** Rows of numbers with labels, as a logistic regression reads them. */
export interface Labelled {
  /** Features of each row, all of the same length. */
  readonly rows: readonly (readonly number[])[];
  /** 1 for what is to be found, else 0. */
  readonly labels: readonly number[];
  /** Weight of each row; together they should be 1, so that a penalty means the same for any number of rows. */
  readonly weights: readonly number[];
  /** Group of each row, from 0. Each group has an intercept of its own, which is not penalised. */
  readonly groups: readonly number[];
}

/** A fitted logistic regression. */
export interface Logistic {
  /** Weight of each feature. */
  readonly weights: readonly number[];
  /** Intercept of each group. */
  readonly intercepts: readonly number[];
}

const steps = 30;
const settled = 1e-9;
/** Keeps the intercept of a group finite that has labels of one kind only. */
const leastPenalty = 1e-9;

/** Ridge logistic regression by Newton's method (le Cessie & van Houwelingen 1992), with a fixed effect for each group. */
export function fitLogistic({ rows, labels, weights, groups }: Labelled, penalty: number): Logistic {
  const width = rows[0]!.length;
  const size = width + Math.max(...groups) + 1;
  const solution = new Float64Array(size);
  for (let step = 0; step < steps; step++) {
    const gradient = new Float64Array(size);
    const hessian = Array.from({ length: size }, () => new Float64Array(size));
    rows.forEach((row, at) => {
      const own = width + groups[at]!;
      let logOdds = solution[own]!;
      for (let column = 0; column < width; column++) logOdds += solution[column]! * row[column]!;
      const probability = 1 / (1 + Math.exp(-logOdds));
      const error = weights[at]! * (probability - labels[at]!);
      const curvature = weights[at]! * Math.max(1e-6, probability * (1 - probability));
      gradient[own]! += error;
      hessian[own]![own]! += curvature;
      for (let column = 0; column < width; column++) {
        gradient[column]! += error * row[column]!;
        const scaled = curvature * row[column]!;
        hessian[own]![column]! += scaled;
        const line = hessian[column]!;
        for (let other = 0; other <= column; other++) line[other]! += scaled * row[other]!;
      }
    });
    for (let at = 0; at < size; at++) {
      const strength = at < width ? penalty : leastPenalty;
      gradient[at]! += strength * solution[at]!;
      hessian[at]![at]! += strength;
    }
    const change = solve(hessian, gradient);
    let largest = 0;
    for (let at = 0; at < size; at++) {
      solution[at]! -= change[at]!;
      largest = Math.max(largest, Math.abs(change[at]!));
    }
    if (largest < settled) break;
  }
  return { weights: [...solution.subarray(0, width)], intercepts: [...solution.subarray(width)] };
}

/** Solves a symmetric positive definite system, of which the lower half is given, by Cholesky's decomposition. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  for (let row = 0; row < size; row++) {
    const line = matrix[row]!;
    for (let column = 0; column <= row; column++) {
      const other = matrix[column]!;
      let sum = line[column]!;
      for (let at = 0; at < column; at++) sum -= line[at]! * other[at]!;
      line[column] = row === column ? Math.sqrt(Math.max(sum, 1e-12)) : sum / other[column]!;
    }
  }
  const result = Float64Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let at = 0; at < row; at++) result[row]! -= matrix[row]![at]! * result[at]!;
    result[row]! /= matrix[row]![row]!;
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let at = row + 1; at < size; at++) result[row]! -= matrix[at]![row]! * result[at]!;
    result[row]! /= matrix[row]![row]!;
  }
  return result;
}
