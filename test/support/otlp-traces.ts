import { seededRandom } from "../../src/stats/index.ts";

// Traces of a support agent as OTLP JSON lines, written by the gen_ai conventions, for tests of what reads and compares them.

/** What a generated set of traces is like. */
export interface TraceSetOptions {
  readonly seed: string;
  readonly traces: number;
  readonly release: string;
  /** Factor of the latency by tier; 1 where left out. */
  readonly slower?: Readonly<Record<string, number>>;
  /** Probability that the root ends in an error. */
  readonly errorRate?: number;
  /** Share of the traces whose model call reports no usage. */
  readonly withoutUsage?: number;
  /** Tool that a third of the traces call after the first answer. */
  readonly extraTool?: string;
}

const tiers = ["free", "pro", "enterprise"];
const start = Date.parse("2026-10-01T00:00:00Z");

/** One request of OTLP JSON a line, ten traces each. */
export function otlpTraces(options: TraceSetOptions): string {
  const random = seededRandom(options.seed);
  const lines: string[] = [];
  for (let first = 0; first < options.traces; first += 10) {
    const size = Math.min(10, options.traces - first);
    const spans = Array.from({ length: size }, (_, i) => traceSpans(options, random, first + i)).flat();
    lines.push(
      JSON.stringify({
        resourceSpans: [
          {
            resource: { attributes: [text("service.version", options.release)] },
            scopeSpans: [{ scope: { name: "agent", version: "1" }, spans }],
          },
        ],
      }),
    );
  }
  return `${lines.join("\n")}\n`;
}

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const whole = (key: string, value: number) => ({ key, value: { intValue: String(value) } });

function traceSpans(options: TraceSetOptions, random: ReturnType<typeof seededRandom>, index: number) {
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
  const hex = (digits: number) =>
    Array.from({ length: digits / 8 }, () => random.uint32().toString(16).padStart(8, "0")).join("");
  const traceId = hex(32);
  const root = hex(16);
  const tier = tiers[index % tiers.length]!;
  const begun = start + index * 1000;
  const duration = 800 * Math.exp(0.5 * normal()) * (options.slower?.[tier] ?? 1);
  const failed = random.uniform() < (options.errorRate ?? 0.01);
  const nanoseconds = (ms: number) => `${Math.round(ms * 1000)}000`;
  const span = (
    spanId: string,
    parent: string,
    name: string,
    from: number,
    to: number,
    attributes: unknown[],
    isError = false,
  ) => ({
    traceId,
    spanId,
    parentSpanId: parent,
    name,
    kind: 1,
    startTimeUnixNano: nanoseconds(begun + from),
    endTimeUnixNano: nanoseconds(begun + to),
    attributes,
    status: isError ? { code: 2 } : {},
  });
  const usage =
    random.uniform() < (options.withoutUsage ?? 0)
      ? []
      : [
          whole("gen_ai.usage.input_tokens", Math.round(700 * Math.exp(0.3 * normal()))),
          whole("gen_ai.usage.output_tokens", Math.round(90 * Math.exp(0.3 * normal()))),
        ];
  const tool = options.extraTool !== undefined && random.uniform() < 1 / 3 ? [options.extraTool] : [];
  return [
    span(hex(16), root, "chat m-1", 1, duration * 0.6, [text("gen_ai.operation.name", "chat"), ...usage]),
    ...["lookup_order", ...tool].map((name, i) =>
      span(hex(16), root, `execute_tool ${name}`, duration * (0.6 + 0.2 * i), duration * (0.75 + 0.2 * i), [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", name),
      ]),
    ),
    span(
      root,
      "",
      "invoke_agent support",
      0,
      duration,
      [text("gen_ai.operation.name", "invoke_agent"), text("app.user.tier", tier)],
      failed,
    ),
  ];
}
