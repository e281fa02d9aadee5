import { existsSync, readFileSync } from "node:fs";

// The built package has the script beside this module. From the sources it is taken from there.
const places = ["./explorer.js", "../../../dist/explorer.js"];

let known: string | null | undefined;

/** The script of the case explorer, as the build puts it together; `null` where it was not built, so that a page is made all the same. */
export function explorerScript(): string | null {
  if (known === undefined) {
    const file = places.map((place) => new URL(place, import.meta.url)).find((place) => existsSync(place));
    known = file === undefined ? null : readFileSync(file, "utf8");
  }
  return known;
}
