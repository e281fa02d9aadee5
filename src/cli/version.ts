import { existsSync, readFileSync } from "node:fs";

// Seen from the built package, and from a folder of the sources or of the built package.
const places = ["../package.json", "../../package.json"];

/** Version of this package. */
export function packageVersion(): string {
  const file = places.map((place) => new URL(place, import.meta.url)).find((place) => existsSync(place))!;
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
