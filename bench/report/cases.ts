import { readdirSync, readFileSync } from "node:fs";
import type { Case, Passage, Sample, Score } from "gatewright";
import { type RandomSource, seededRandom } from "gatewright/stats";

/**
 * Cases with the records of both sides, as a run of a support agent with retrieval leaves them. Lengths and how well they compress are those of
 * recorded answers of ten models over retrieved passages (RAGTruth, FaithBench) and of recorded tool results (tau-bench).
 */
export interface BenchRecords {
  readonly cases: Case[];
  readonly samples: Sample[];
  readonly scores: Score[];
}

/** For each word of this repository's pages the words that follow it there, as often as they do. */
function followers(): Map<string, string[]> {
  const files = readdirSync("docs", { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
  );
  const words = files
    .sort()
    .flatMap((name) => readFileSync(`docs/${name}`, "utf8").match(/[\p{L}']{2,}/gu) ?? []);
  const found = new Map<string, string[]>();
  for (const [index, word] of words.entries()) {
    const next = words[index + 1] ?? words[0]!;
    const known = found.get(word);
    if (known === undefined) found.set(word, [next]);
    else known.push(next);
  }
  return found;
}

/** How often a word is none of those that follow the one before: so that a text alone compresses like recorded answers, to 0.35 of its length. */
const surprise = 0.3;

/** Makes texts, each word mostly drawn from those that follow the one before. */
function writer(random: RandomSource, next: ReadonlyMap<string, readonly string[]>) {
  const words = [...next.keys()];
  const word = (before: string | undefined) => {
    const following = before === undefined || random.uniform() < surprise ? words : next.get(before)!;
    return following[random.below(following.length)]!;
  };
  const sentence = () => {
    const drawn: string[] = [];
    for (let left = 6 + random.below(14); left > 0; left--) drawn.push(word(drawn.at(-1)));
    return `${drawn.join(" ")}.`;
  };
  /** Lengths of recorded texts are skewed: about log-normal, one in ten below 0.55 and one in ten above 1.8 of the median. */
  const lengthAround = (median: number) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    return median * Math.exp(0.46 * normal);
  };
  const text = (median: number, next = sentence) => {
    const length = lengthAround(median);
    let written = next();
    while (written.length < length) written += ` ${next()}`;
    return written;
  };
  /** An answer from passages: every second sentence is one of theirs with every fourth word another. */
  const answerFrom = (passages: readonly Passage[]) => {
    const said = passages.flatMap((passage) => passage.text.match(/[^.]+\./g) ?? []);
    return text(600, () => {
      if (random.below(2) === 0) return sentence();
      return said[random.below(said.length)]!.trim().replace(/\w+/g, (own) =>
        random.below(4) === 0 ? word(undefined) : own,
      );
    });
  };
  return { sentence, text, answerFrom };
}

/** What a tool says of an order: some 700 characters of JSON. */
function orderOf(random: RandomSource, id: string) {
  const goods = ["desk lamp", "hiking boots", "water bottle", "espresso machine", "office chair", "backpack"];
  const one = (values: readonly string[]) => values[random.below(values.length)]!;
  return {
    order_id: id,
    customer: `${one(["mei", "omar", "ada", "ivo", "lena"])}_${random.below(10_000)}`,
    address: {
      street: `${random.below(900)} Elm Street`,
      city: one(["Berlin", "Graz", "Austin"]),
      zip: `${10_000 + random.below(80_000)}`,
    },
    items: Array.from({ length: 2 + random.below(4) }, () => ({
      name: one(goods),
      product_id: `${random.below(1e9)}`,
      item_id: `${random.below(1e9)}`,
      price: random.below(40_000) / 100,
      options: { colour: one(["white", "black", "green"]), size: `${random.below(12)}` },
    })),
    payment: { method: one(["card", "gift card", "invoice"]), amount: random.below(90_000) / 100 },
    status: one(["delivered", "pending", "cancelled"]),
    placed_on: `2026-01-${10 + random.below(20)}`,
  };
}

const tiers = ["free", "pro", "enterprise"];
const intents = ["refund", "delivery", "invoice", "setup", "returns", "warranty"];

/** As many cases on both sides, one in twelve of which regressed and one in two hundred of which has no answer. */
export function benchRecords(count: number, seed: number): BenchRecords {
  const random = seededRandom(seed);
  const { sentence, text, answerFrom } = writer(random, followers());
  const pool = Array.from({ length: count }, (_, i): Passage => ({ id: `kb-${i}`, text: text(420) }));
  const records: BenchRecords = { cases: [], samples: [], scores: [] };
  for (let i = 0; i < count; i++) {
    const id = `case-${String(i).padStart(5, "0")}`;
    records.cases.push({
      id,
      input: { messages: [{ role: "user", content: text(100) }] },
      cohorts: {
        tier: tiers[i % tiers.length]!,
        intent: intents[random.below(intents.length)]!,
        language: random.below(4) === 0 ? "de" : "en",
      },
      policyLabels: i % 5 === 0 ? ["refund-policy"] : [],
      expected: {
        facts: [sentence().slice(0, 40)],
        toolCalls: { mode: "contains", calls: [{ name: "get_order", arguments: { order_id: `A-${i}` } }] },
      },
    });
    const passages = Array.from({ length: 3 }, () => pool[random.below(pool.length)]!);
    const orders = Array.from({ length: 1 + random.below(2) }, (_, call) =>
      orderOf(random, `A-${i}-${call}`),
    );
    const answer = answerFrom(passages);
    const isWorse = random.below(12) === 0;
    // The candidate writes one half of its answers anew, and changes every tenth word of the others.
    const other =
      random.below(2) === 0
        ? answerFrom(passages)
        : answer.replace(/\w+/g, (word) => (random.below(10) === 0 ? sentence().split(" ")[2]! : word));
    addSide("baseline", answer, passages, false);
    addSide("candidate", other, [...passages.slice(0, 2), pool[random.below(pool.length)]!], isWorse);

    function addSide(
      side: "baseline" | "candidate",
      answered: string,
      context: Passage[],
      bad: boolean,
    ): void {
      const failed = side === "candidate" && random.below(200) === 0;
      const trialKey = `${side}-${id}`;
      records.samples.push(
        sampleOf(trialKey, id, side, failed ? null : answered, { context, orders }, random),
      );
      if (failed) return;
      const evidence = (answered.match(/[^.]+\./g) ?? []).slice(0, 5).map((subject, index) => ({
        subject: subject.trim().slice(0, 300),
        finding: `has support ${random.uniform().toFixed(2)}. Nearest passage (kb-${index}): "${context[index % context.length]!.text.slice(0, 240)}…"`,
        supports: !bad,
      }));
      const evaluations = [
        ["task_completion", bad ? 0.4 : 1, !bad, bad ? sentence() : "all 3 demands are fulfilled", []],
        ["tool_selection", 1, true, "all 1 expected calls were made", []],
        ["groundedness", 0.6 + random.uniform() * 0.4, true, sentence(), evidence],
      ] as const;
      for (const [evaluator, value, pass, reason, found] of evaluations) {
        records.scores.push({
          trialKey,
          caseId: id,
          side,
          repetition: 1,
          evaluator,
          version: "1",
          evaluation: { status: "scored", value, pass, reason, evidence: [...found] },
        });
      }
    }
  }
  return records;
}

function sampleOf(
  trialKey: string,
  caseId: string,
  side: "baseline" | "candidate",
  text: string | null,
  { context, orders }: { context: Passage[]; orders: ReturnType<typeof orderOf>[] },
  random: RandomSource,
): Sample {
  const latencyMs = 800 + random.uniform() * 9000;
  const failure = { kind: "timeout" as const, message: "no answer within 60 s", retryable: true };
  const steps = ["route", "retrieve", "chat model-large", "execute_tool get_order", "chat model-large"];
  return {
    trialKey,
    caseId,
    side,
    repetition: 1,
    seed: random.uint32(),
    startedAt: "2026-01-31T12:00:00.000Z",
    latencyMs,
    output:
      text === null
        ? null
        : {
            text,
            toolCalls: orders.map((result) => ({
              name: "get_order",
              arguments: { order_id: result.order_id },
              result,
            })),
            context,
            state: null,
            refused: false,
            finishReason: "stop",
          },
    failure: text === null ? failure : null,
    attempts: [{ latencyMs, failure: text === null ? failure : null }],
    usage: {
      inputTokens: 900 + random.below(3000),
      outputTokens: 80 + random.below(500),
      cachedInputTokens: null,
      reasoningTokens: null,
      costUsd: random.uniform() * 0.02,
    },
    timeToFirstTokenMs: latencyMs / 5,
    served: { model: null, route: null, fallback: null, cacheHit: null, guardrails: null },
    spans: steps.map((name, index) => ({
      spanId: `s${index}`,
      parentSpanId: null,
      name,
      startOffsetMs: (latencyMs * index) / steps.length,
      durationMs: (latencyMs * random.uniform()) / steps.length,
      attributes: {},
    })),
  };
}
