// Compiles src/ to dist/, puts the script of the HTML report together, and makes `evals` callable in this checkout by npx.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
await buildExplorer();
const bin = join(root, "dist", "cli", "bin.js");
chmodSync(bin, 0o755);
linkCommand(join(root, "node_modules", ".bin"));

/** The script that the HTML report carries: one file with all that it needs. Nothing in it may end the element that it stands in. */
async function buildExplorer() {
  const bundle = await rolldown({
    input: join(root, "src", "reporters", "html", "explorer", "main.tsx"),
    platform: "browser",
    tsconfig: join(root, "tsconfig.json"),
    transform: { target: "es2022" },
    onLog(level, log, forward) {
      if (level === "warn") throw new Error(`the explorer: ${log.message}`);
      forward(level, log);
    },
  });
  const { output } = await bundle.generate({ format: "iife", minify: true });
  await bundle.close();
  // The minifier writes tabs in texts as they are; the page has no control character.
  const code = output[0].code.trim().replaceAll("\t", "\\t");
  if (/<\/script|<!--/i.test(code)) throw new Error("the explorer holds what would end its element");
  if (code.length > 60_000) throw new Error(`the explorer has ${code.length} characters; 60,000 are allowed`);
  writeFileSync(join(root, "dist", "reporters", "html", "explorer.js"), code);
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
