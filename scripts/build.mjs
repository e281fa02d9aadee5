// Puts src/ together in dist/, with types, the script of the HTML report, and makes `evals` callable in this checkout by npx.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit",
  cwd: root,
});
await buildPackage();
await buildExplorer();
const bin = join(root, "dist", "cli", "bin.js");
chmodSync(bin, 0o755);
linkCommand(join(root, "node_modules", ".bin"));

/**
 * The package in few files: read one by one, its modules and those of zod and d3 took longer to load than the rest of a small run.
 * All other packages stay apart. What is put in brings its licence along.
 */
async function buildPackage() {
  const inner = /^(zod|d3-[a-z-]+|internmap)$/;
  const bundle = await rolldown({
    input: {
      index: source("index.ts"),
      testing: source("testing.ts"),
      "stats/index": source("stats/index.ts"),
      "cli/bin": source("cli/bin.ts"),
      "json-schema-worker": source("evaluators/json-schema-worker.ts"),
    },
    platform: "node",
    tsconfig: join(root, "tsconfig.json"),
    external: (id) => !id.startsWith(".") && !id.startsWith("/") && !inner.test(id),
    onLog: refuseWarnings("the package"),
  });
  // Files beside modules are found from where the modules are put: all in one folder.
  const { output } = await bundle.write({ dir: join(root, "dist"), chunkFileNames: "[name]-[hash].js" });
  await bundle.close();
  const licences = [...new Set(output.flatMap(({ moduleIds = [] }) => moduleIds.flatMap(licenceOf)))];
  writeFileSync(join(root, "dist", "LICENSES.txt"), licences.sort().join("\n\n"));
}

function source(name) {
  return join(root, "src", name);
}

/** The licence of the package that a module is from, under the package's name; nothing for our own. */
function licenceOf(module) {
  const [, folder, name] = module.match(/^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))/) ?? [];
  return folder === undefined ? [] : [`${name}\n\n${readFileSync(join(folder, "LICENSE"), "utf8").trim()}`];
}

function refuseWarnings(what) {
  return (level, log, forward) => {
    if (level === "warn") throw new Error(`${what}: ${log.message}`);
    forward(level, log);
  };
}

function escapeOf(character) {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** The script that the HTML report carries: one file with all that it needs. Nothing in it may end the element that it stands in. */
async function buildExplorer() {
  const bundle = await rolldown({
    input: source("reporters/html/explorer/main.tsx"),
    platform: "browser",
    tsconfig: join(root, "tsconfig.json"),
    transform: { target: "es2022" },
    onLog: refuseWarnings("the explorer"),
  });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  // The minifier writes control characters in texts as they are; the page has none.
  const code = output[0].code.trim().replace(/(?!\n)\p{Cc}/gu, escapeOf);
  if (/<\/script|<!--/i.test(code)) throw new Error("the explorer holds what would end its element");
  if (code.length > 60_000) throw new Error(`the explorer has ${code.length} characters; 60,000 are allowed`);
  writeFileSync(join(root, "dist", "explorer.js"), code);
}

/** npm links the commands of dependencies only, not those of the package itself. */
function linkCommand(folder) {
  if (process.platform === "win32") {
    writeFileSync(join(folder, "evals.cmd"), `@node "%~dp0\\..\\..\\dist\\cli\\bin.js" %*\r\n`);
    return;
  }
  const link = join(folder, "evals");
  if (existsSync(link)) rmSync(link);
  symlinkSync("../../dist/cli/bin.js", link);
}
