import { deflateSync } from "node:zlib";
import type { Report } from "../../core/report.ts";
import { explorerData, inBrief, isHarmed, type PackedData, packData } from "./explorer/data.ts";
import { takeFarCopies } from "./explorer/far-copies.ts";

/** What is left out, one after the other, while a page is too large: first of the cases that stayed the same, then of those without harm, then of all. */
const cuts = [
  { cutAt: null, isHarmCut: false },
  ...[800, 300].map((cutAt) => ({ cutAt, isHarmCut: false })),
  ...[800, 300].map((cutAt) => ({ cutAt, isHarmCut: true })),
] as const;

/** Bytes of a page: 0.8 MB for up to 500 cases, 3 MB for 2,000, and in proportion between and beyond. */
export function pageLimit(cases: number): number {
  return cases <= 500 ? 800_000 : 800_000 + ((cases - 500) * 2_200_000) / 1500;
}

/**
 * Characters from which a text is not compressed on the chance that it fits, and the share of its length that it comes to at the least: 0.24 to 0.28
 * was measured on cases of English prose.
 */
const manyCharacters = 10_000_000;
const usualShare = 0.22;

/** The cases in at most `limit` bytes, as far as leaving out and cutting allow: JSON without far repetitions, deflated, in base64. */
export function islandOf(report: Report, limit: number): string {
  const packed = packData(explorerData(report));
  const mayFit = (json: string) => json.length < manyCharacters || json.length * usualShare <= limit;
  const whole = JSON.stringify(packed);
  let text = mayFit(whole) ? compressed(whole) : null;
  for (const cut of cuts) {
    if (text !== null && text.length <= limit) return text;
    const json = shorterJson({ ...packed, ...cut, isBrief: true });
    if (mayFit(json) || cut === cuts.at(-1)) text = compressed(json);
  }
  return text ?? "";
}

function compressed(json: string): string {
  return deflateSync(takeFarCopies(Buffer.from(json)), { level: 6 }).toString("base64");
}

/** The data with unchanged cases in brief and long texts cut. Cases that regressed or errored, and their passages, stay whole unless they are to be cut too. */
function shorterJson({ passages, cases, ...rest }: PackedData): string {
  const { cutAt, isHarmCut } = rest;
  const shorten = (_: string, value: unknown) =>
    cutAt !== null && typeof value === "string" && value.length > cutAt ? `${value.slice(0, cutAt)}…` : value;
  const harmed = isHarmCut ? [] : cases.filter(isHarmed);
  const kept = new Set<unknown>(harmed);
  for (const { baseline, candidate } of harmed) {
    for (const place of [...(baseline.context ?? []), ...(candidate.context ?? [])])
      kept.add(passages[place]);
  }
  const list = (items: readonly unknown[]) =>
    `[${items.map((item) => JSON.stringify(item, cutAt === null || kept.has(item) ? undefined : shorten)).join(",")}]`;
  const brief = cases.map((each) => (each.change === "unchanged" ? inBrief(each) : each));
  return `${JSON.stringify(rest).slice(0, -1)},"passages":${list(passages)},"cases":${list(brief)}}`;
}
