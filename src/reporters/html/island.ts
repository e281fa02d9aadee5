import { zlibSync } from "fflate";
import type { Report } from "../../core/report.ts";
import { toCharacters } from "./explorer/characters.ts";
import type { Columns } from "./explorer/columns.ts";
import {
  caseColumns,
  type ExplorerData,
  explorerData,
  inBrief,
  isHarmed,
  packedText,
} from "./explorer/data.ts";
import { takeFarCopies } from "./explorer/far-copies.ts";

/** Bytes of a page: 0.8 MB for up to 500 cases, 3 MB for 2,000, and in proportion between and beyond. */
export function pageLimit(cases: number): number {
  return cases <= 500 ? 800_000 : 800_000 + ((cases - 500) * 2_200_000) / 1500;
}

interface Step {
  /** Texts are not cut shorter than this in this step. */
  readonly least: number;
  readonly isBrief: boolean;
  readonly isHarmCut: boolean;
}

/** What is left out while a page is too large, one after the other: long texts of cases without harm, what supports scores that stayed the same, then more of all. */
const steps: readonly Step[] = [
  { least: 500, isBrief: false, isHarmCut: false },
  { least: 300, isBrief: true, isHarmCut: false },
  { least: 300, isBrief: true, isHarmCut: true },
];

/** Members whose texts may be cut; names and identifiers are not among them. */
const cutMembers: ReadonlySet<string> = new Set([
  "input",
  "text",
  "expected",
  "arguments",
  "result",
  "message",
  "reason",
  "subject",
  "finding",
]);

/** How much shorter than its share a text becomes, so that one try is mostly enough. */
const spare = 0.98;
const mostTries = 4;

/** What supports scores quotes other texts and compresses better than they do. */
const denserInBrief = 1.22;
/** A step is passed over where it would take this much more than there is room, by the share of the step before. */
const hopeless = 1.1;

/** The cases in at most `limit` bytes, as far as leaving out allows; whole where they fit. */
export function islandOf(report: Report, limit: number): string {
  let data = explorerData(report);
  let columns = caseColumns(data.cases);
  let island = compressed(packedText(data, columns));
  let share = island.length / lengthOf(columns.texts);
  for (const { isBrief, isHarmCut, least } of steps) {
    if (island.length <= limit) return island;
    if (isBrief && data.cut === null) {
      data = withoutSupport(data);
      columns = caseColumns(data.cases);
      share *= denserInBrief;
    }
    const mayCut = columns.sources.map(
      ({ record, member }) => cutMembers.has(member) && (isHarmCut || !isHarmed(data.cases[record]!)),
    );
    if (!isHarmCut && lengthAt(columns.texts, mayCut, least) * share > limit * hopeless) continue;
    island = shortened(data, columns, mayCut, { least, isHarmCut, limit, share });
  }
  return island;
}

/** The text that a page holds: without far repetitions, deflated, in characters, with the number of bytes before. */
function compressed(text: string): string {
  const bytes = zlibSync(takeFarCopies(Buffer.from(text)), { level: 9 });
  return `${bytes.length}:${toCharacters(bytes)}`;
}

function withoutSupport(data: ExplorerData): ExplorerData {
  const unchanged = data.cases.filter(({ change }) => change === "unchanged").length;
  const cases = data.cases.map((each) => (each.change === "unchanged" ? inBrief(each) : each));
  const cut = { at: null, texts: 0, textsByCase: [], isHarmCut: false, casesInBrief: unchanged };
  return { ...data, cut, cases };
}

interface Shortening extends Omit<Step, "isBrief"> {
  readonly limit: number;
  /** Bytes of the page that a character of a text comes to. */
  readonly share: number;
}

/** The cases with their longest texts cut at about the greatest length at which they fit, or at the least. */
function shortened(
  data: ExplorerData,
  columns: Columns,
  mayCut: readonly boolean[],
  { least, isHarmCut, limit, share }: Shortening,
): string {
  let bytesByCharacter = share;
  let at = Number.POSITIVE_INFINITY;
  for (let tries = 1; ; tries++) {
    const room = (limit / bytesByCharacter) * spare;
    at = Math.min(at - 1, tries === mostTries ? least : greatestLength(columns.texts, mayCut, room));
    const isLeast = at <= least;
    const island = compressed(textCutAt(data, columns, mayCut, { at: Math.max(at, least), isHarmCut }));
    if (island.length <= limit || isLeast) return island;
    bytesByCharacter = Math.max(bytesByCharacter * 1.02, island.length / lengthAt(columns.texts, mayCut, at));
  }
}

function textCutAt(
  data: ExplorerData,
  { column, texts, sources }: Columns,
  mayCut: readonly boolean[],
  { at, isHarmCut }: { at: number; isHarmCut: boolean },
): string {
  const textsByCase = data.cases.map(() => 0);
  let count = 0;
  const kept = texts.map((text, index) => {
    if (!mayCut[index] || text.length <= at) return text;
    const { record, isJson } = sources[index]!;
    textsByCase[record]!++;
    count++;
    const start = `${text.slice(0, at)}…`;
    return isJson ? JSON.stringify(start) : start;
  });
  const casesInBrief = data.cut?.casesInBrief ?? 0;
  const cut = { at: count === 0 ? null : at, texts: count, textsByCase, isHarmCut, casesInBrief };
  return packedText({ ...data, cut: count + casesInBrief === 0 ? null : cut }, { column, texts: kept });
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

function lengthAt(texts: readonly string[], mayCut: readonly boolean[], at: number): number {
  return texts.reduce((sum, { length }, index) => sum + (mayCut[index] ? Math.min(length, at) : length), 0);
}

/** The greatest length at which all texts together have at most `room` characters. */
function greatestLength(texts: readonly string[], mayCut: readonly boolean[], room: number): number {
  let low = 0;
  let high = texts.reduce((longest, { length }) => Math.max(longest, length), 0);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lengthAt(texts, mayCut, middle) <= room) low = middle;
    else high = middle - 1;
  }
  return low;
}
