import { readdirSync, readFileSync } from "node:fs";
import type { Case, Passage, Sample, Score } from "gatewright";
import { type RandomSource, seededRandom } from "gatewright/stats";

/** Cases with the records of both sides, as a run of a support agent with retrieval leaves them. */
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

/** Makes texts of a length, each word drawn from those that follow the one before. */
function writer(random: RandomSource, next: ReadonlyMap<string, readonly string[]>) {
  const words = [...next.keys()];
  const sentence = () => {
    const length = 6 + random.below(14);
    const drawn = [words[random.below(words.length)]!];
    while (drawn.length < length) {
      const following = next.get(drawn.at(-1)!)!;
      drawn.push(following[random.below(following.length)]!);
    }
    return `${drawn.join(" ")}.`;
  };
  const text = (least: number, most: number) => {
    const length = least + random.below(most - least);
    let written = sentence();
    while (written.length < length) written += ` ${sentence()}`;
    return written.slice(0, most);
  };
  return { sentence, text };
}

const tiers = ["free", "pro", "enterprise"];
const intents = ["refund", "delivery", "invoice", "setup", "returns", "warranty"];

/** As many cases on both sides, one in twelve of which regressed and one in two hundred of which has no answer. */
export function benchRecords(count: number, seed: number): BenchRecords {
  const random = seededRandom(seed);
  const { sentence, text } = writer(random, followers());
  const pool = Array.from({ length: count }, (_, i): Passage => ({ id: `kb-${i}`, text: text(250, 700) }));
  const records: BenchRecords = { cases: [], samples: [], scores: [] };
  for (let i = 0; i < count; i++) {
    const id = `case-${String(i).padStart(5, "0")}`;
    records.cases.push({
      id,
      input: { messages: [{ role: "user", content: text(60, 400) }] },
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
    const passages = Array.from({ length: 4 }, () => pool[random.below(pool.length)]!);
    const answer = text(300, 1500);
    const isWorse = random.below(12) === 0;
    // The candidate writes one half of its answers anew, and changes every tenth word of the others.
    const other =
      random.below(2) === 0
        ? text(300, 1500)
        : answer.replace(/\w+/g, (word) => (random.below(10) === 0 ? sentence().split(" ")[2]! : word));
    addSide("baseline", answer, passages, false);
    addSide("candidate", other, [...passages.slice(0, 3), pool[random.below(pool.length)]!], isWorse);

    function addSide(
      side: "baseline" | "candidate",
      answered: string,
      context: Passage[],
      bad: boolean,
    ): void {
      const failed = side === "candidate" && random.below(200) === 0;
      const trialKey = `${side}-${id}`;
      records.samples.push(sampleOf(trialKey, id, side, failed ? null : answered, context, random));
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
  context: Passage[],
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
            toolCalls: [
              {
                name: "get_order",
                arguments: { order_id: caseId },
                result: { status: "delivered", total: random.below(40_000) / 100, placedOn: "2026-01-12" },
              },
            ],
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
