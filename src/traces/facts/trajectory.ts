import { kind } from "./concepts.ts";
import type { SpanRecord } from "./span-record.ts";
import type { SpanTree } from "./span-tree.ts";

const mostSteps = 200;
const longestStep = 100;

/** The steps of a trace in the order in which they began. */
export function trajectoryOf(tree: SpanTree, stepSlot: number): string[] {
  const { spans, wraps, repeats } = tree;
  const agents = nearestAgents(tree);
  const steps: string[] = [];
  spans.forEach((span, i) => {
    const said = span.tags?.find(({ slot }) => slot === stepSlot)?.value;
    const step =
      said ??
      (span.kind === kind.agent
        ? subAgentStep(spans, i, agents[i]!)
        : stepOf(span, wraps[i]! || repeats[i]!));
    if (step !== null) steps.push(step.slice(0, longestStep));
  });
  if (steps.length <= mostSteps) return steps;
  return [...steps.slice(0, mostSteps - 1), `… ${steps.length - mostSteps + 1} more`];
}

/** The words of the gen_ai conventions, whatever the library calls it. */
function stepOf({ kind: what, label }: SpanRecord, isToldTwice: boolean): string | null {
  switch (what) {
    case kind.model:
      return isToldTwice ? null : "chat";
    case kind.tool:
      return isToldTwice ? null : `execute_tool ${label}`;
    case kind.retrieval:
      return "retrieval";
    case kind.embedding:
      return "embeddings";
    case kind.rerank:
      return "rerank";
    case kind.guardrail:
      return "guardrail";
    default:
      return null;
  }
}

/** An agent is a step of the agent that called it, unless both are the same one told by two libraries. */
function subAgentStep(spans: readonly SpanRecord[], position: number, agent: number): string | null {
  if (agent === -1) return null;
  const { label } = spans[position]!;
  return spans[agent]!.label === label ? null : `invoke_agent ${label}`;
}

/** For each span the position of the nearest agent above it; −1 for none. */
function nearestAgents({ spans, parents, upwards }: SpanTree): number[] {
  const nearest = new Array<number>(spans.length).fill(-1);
  for (let at = upwards.length - 1; at >= 0; at--) {
    const i = upwards[at]!;
    const parent = parents[i]!;
    if (parent >= 0) nearest[i] = spans[parent]!.kind === kind.agent ? parent : nearest[parent]!;
  }
  return nearest;
}
