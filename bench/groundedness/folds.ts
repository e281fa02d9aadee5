import { seededRandom } from "../../src/stats/index.ts";

/** Number of the fold of each example, 0 to `count` − 1; examples with one context stay together. */
export function foldsOf(
  examples: readonly { readonly context: string }[],
  count: number,
  seed: string,
): number[] {
  const random = seededRandom(seed);
  const contexts = [...new Set(examples.map(({ context }) => context))];
  const order = contexts.map((context) => ({ context, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const fold = new Map(order.map(({ context }, at) => [context, at % count]));
  return examples.map(({ context }) => fold.get(context)!);
}
