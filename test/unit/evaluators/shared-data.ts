import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file of recorded data that lies beside the repository on some machines; tests that need it are skipped elsewhere. */
export interface SharedData {
  /** What to append to the name of a test. */
  readonly note: string;
  /** True when the file is there. */
  readonly present: boolean;
  /** Its rows, one a line. */
  rows<T>(): T[];
}

/** Finds a file of recorded data by its path in the data folder. */
export function sharedData(path: string): SharedData {
  const file = fileURLToPath(new URL(`../../../../shared/data/${path}`, import.meta.url));
  const present = existsSync(file);
  return {
    present,
    note: present ? "" : ` (skipped: ../shared/data/${path} is not there)`,
    rows: <T>() =>
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as T),
  };
}
