/**
 * Compares what the evaluators say with labels that others gave: `npm run -s agreement -- KIND FILES…`. Uses the compiled package, as
 * users import it, and compiles it first where it is missing or older than its source. Ends with one line of JSON. Exits 0 when
 * something was compared, 2 on wrong use.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const changed = (file) => statSync(file).mtimeMs;
const sources = readdirSync(path("../src"), { recursive: true }).map((name) =>
  changed(join(path("../src"), name)),
);
const built = path("../dist/index.js");
if (!existsSync(built) || changed(built) < Math.max(...sources)) {
  execFileSync(process.execPath, [path("build.mjs")], { stdio: ["ignore", 2, 2] });
}
const { main } = await createJiti(import.meta.url).import(path("../bench/agreement/main.ts"));
process.exitCode = await main(process.argv.slice(2));
