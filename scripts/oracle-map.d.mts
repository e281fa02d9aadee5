/** One case of a reference table: the arguments of a function, its answer and the tolerance of its numbers. */
export type OracleCase = {
  id: string;
  fn: string;
  /** Where the answer comes from. */
  source?: string;
  tags?: string[];
  in: Record<string, unknown>;
  out: Record<string, unknown>;
  tol?: { rel?: number; abs?: number };
};

export declare const functions: Record<
  string,
  (statistics: unknown, input: Record<string, unknown>) => Record<string, unknown>
>;

export declare function checkCase(statistics: unknown, entry: OracleCase): string[];
