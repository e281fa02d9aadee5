import { deflateSync } from "node:zlib";
import type { Report } from "../../core/report.ts";
import { explorerData, packData } from "./explorer/data.ts";

/** Lengths that are tried one after the other when a page would get too large. */
const cuts = [null, 2000, 1200, 800, 500, 300] as const;

/** Bytes of a page: 0.8 MB for up to 500 cases, 3 MB for 2,000, and in proportion between and beyond. */
export function pageLimit(cases: number): number {
  return cases <= 500 ? 800_000 : 800_000 + ((cases - 500) * 2_200_000) / 1500;
}

/** The cases in at most `limit` bytes, as far as cutting their texts allows: JSON, compressed, in base64. */
export function islandOf(report: Report, limit: number): string {
  const packed = packData(explorerData(report));
  let text = "";
  for (const cutAt of cuts) {
    const json = JSON.stringify({ ...packed, cutAt }, cutAt === null ? undefined : shortener(cutAt));
    text = deflateSync(json, { level: 6 }).toString("base64");
    if (text.length <= limit) break;
  }
  return text;
}

function shortener(length: number): (key: string, value: unknown) => unknown {
  return (_, value) =>
    typeof value === "string" && value.length > length ? `${value.slice(0, length)}…` : value;
}
