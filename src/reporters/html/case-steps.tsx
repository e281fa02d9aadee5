import type { Passage } from "../../core/dataset.ts";
import type { CaseReport, CaseSpan } from "../../core/report.ts";
import type { ToolCall } from "../../core/sample.ts";
import * as format from "../format.ts";
import { jsonText, oneLine, visible } from "../text.ts";
import { breakable } from "./break-places.tsx";
import { align } from "./explorer/align.ts";
import { highlighted, quotesOf } from "./explorer/highlight.ts";
import { Code } from "./parts.tsx";

type Side = CaseReport["baseline"];

/** The tool calls of both sides, those of the same tool beside each other. */
export function CallDifference({ baseline, candidate }: { baseline: Side; candidate: Side }) {
  const [before, after] = [baseline.toolCalls, candidate.toolCalls];
  if (before.length + after.length === 0) return null;
  const steps = align(
    before.map(({ name }) => name),
    after.map(({ name }) => name),
  );
  return (
    <>
      <h4>Tool calls</h4>
      <ol class="calls">
        {steps.map((step) => (
          <CallPair
            before={step.kind === "added" ? undefined : before[step.before]}
            after={step.kind === "removed" ? undefined : after[step.after]}
          />
        ))}
      </ol>
    </>
  );
}

function CallPair({ before, after }: { before: ToolCall | undefined; after: ToolCall | undefined }) {
  const { symbol, word, kind } = differenceOf(before, after);
  const isSame = kind === "same";
  return (
    <li class={`call ${kind}`}>
      <p>
        <span class="symbol" aria-hidden="true">
          {symbol}
        </span>{" "}
        <Code>{(before ?? after)?.name ?? ""}</Code> <span class="faint">{word}</span>
      </p>
      {isSame && before !== undefined ? (
        <CallValues call={before} />
      ) : (
        <div class="sides">
          <div>{before === undefined ? <NotCalled /> : <CallValues call={before} />}</div>
          <div>{after === undefined ? <NotCalled /> : <CallValues call={after} />}</div>
        </div>
      )}
    </li>
  );
}

function NotCalled() {
  return <p class="faint">not called</p>;
}

function CallValues({ call }: { call: ToolCall }) {
  return (
    <>
      <pre>{jsonText(call.arguments)}</pre>
      {call.result === undefined ? null : (
        <pre class="result">
          <span class="faint">{call.failed ? "failed: " : "returned "}</span>
          {jsonText(call.result)}
        </pre>
      )}
    </>
  );
}

function differenceOf(before: ToolCall | undefined, after: ToolCall | undefined) {
  if (after === undefined) return { symbol: "−", word: "by the baseline alone", kind: "removed" };
  if (before === undefined) return { symbol: "+", word: "by the candidate alone", kind: "added" };
  if (JSON.stringify(before.arguments) !== JSON.stringify(after.arguments))
    return { symbol: "≠", word: "with other arguments", kind: "changed" };
  if (JSON.stringify(before.result) !== JSON.stringify(after.result))
    return { symbol: "≠", word: "with another result", kind: "changed" };
  return { symbol: "=", word: "the same on both sides", kind: "same" };
}

interface FoundPassage {
  readonly passage: Passage;
  readonly baseline: number | null;
  readonly candidate: number | null;
}

/** The passages that either side retrieved, or that the case gives, with what the evaluators quote marked. */
export function Passages({ each }: { each: CaseReport }) {
  const found = passagesOf(each);
  if (found.length === 0) return null;
  const quotes = [...quotesOf(each.baseline.evaluations), ...quotesOf(each.candidate.evaluations)];
  return (
    <>
      <h4>Context</h4>
      <ul class="passages">
        {found.map(({ passage, baseline, candidate }) => (
          <li>
            <p class="faint">
              {passage.id === undefined ? null : (
                <>
                  <Code>{passage.id}</Code>{" "}
                </>
              )}
              {placeText(baseline, candidate)}
            </p>
            <p class="passage" dir="auto">
              {highlighted(visible(passage.text), quotes).map(({ same, text }) =>
                same ? text : <mark>{text}</mark>,
              )}
            </p>
          </li>
        ))}
      </ul>
    </>
  );
}

function passagesOf({ baseline, candidate, context }: CaseReport): FoundPassage[] {
  const found = new Map<string, FoundPassage>();
  const add = (passages: readonly Passage[], place: (rank: number) => Partial<FoundPassage>) => {
    for (const [index, passage] of passages.entries()) {
      const key = JSON.stringify([passage.id ?? null, passage.text]);
      const known = found.get(key) ?? { passage, baseline: null, candidate: null };
      found.set(key, { ...known, ...place(index + 1) });
    }
  };
  add(baseline.context ?? [], (rank) => ({ baseline: rank }));
  add(candidate.context ?? [], (rank) => ({ candidate: rank }));
  add(context ?? [], () => ({}));
  return [...found.values()];
}

function placeText(baseline: number | null, candidate: number | null): string {
  if (baseline === null && candidate === null) return "given by the case";
  if (candidate === null) return `place ${baseline} for the baseline, not retrieved by the candidate`;
  if (baseline === null) return `place ${candidate} for the candidate, not retrieved by the baseline`;
  return baseline === candidate
    ? `place ${baseline} on both sides`
    : `place ${baseline} for the baseline, ${candidate} for the candidate`;
}

/** The steps of both sides over time, on one scale. */
export function Spans({ baseline, candidate }: { baseline: Side; candidate: Side }) {
  const sides = [
    { name: "Baseline", spans: baseline.spans ?? [] },
    { name: "Candidate", spans: candidate.spans ?? [] },
  ].filter(({ spans }) => spans.length > 0);
  if (sides.length === 0) return null;
  const whole = Math.max(
    1e-9,
    ...sides.flatMap(({ spans }) => spans.map(({ startOffsetMs, durationMs }) => startOffsetMs + durationMs)),
  );
  return (
    <>
      <h4>Steps over time</h4>
      <div class="sides">
        {sides.map(({ name, spans }) => (
          <SpanTable name={name} spans={spans} whole={whole} />
        ))}
      </div>
    </>
  );
}

function SpanTable({ name, spans, whole }: { name: string; spans: readonly CaseSpan[]; whole: number }) {
  return (
    <table class="spans">
      <caption>{name}</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Drawing</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {spans.map((span) => (
          <tr>
            <th scope="row">
              {"· ".repeat(Math.min(span.depth, 6))}
              {breakable(oneLine(span.name))}
              {span.error === undefined ? null : <span class="failure"> failed: {oneLine(span.error)}</span>}
            </th>
            <td class="bar">
              <svg width="100%" height="12" aria-hidden="true">
                <rect
                  class={span.error === undefined ? "span" : "span failed"}
                  x={share(span.startOffsetMs / whole)}
                  width={share(Math.max(0.004, span.durationMs / whole))}
                  y="2"
                  height="8"
                  rx="2"
                />
              </svg>
            </td>
            <td class="number">{format.duration(span.durationMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function share(part: number): string {
  return `${(100 * Math.min(1, Math.max(0, part))).toFixed(2)}%`;
}
