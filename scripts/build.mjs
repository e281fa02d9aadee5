// Compiles src/ to dist/ and makes `evals` callable in this checkout by npx.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit",
  cwd: root,
});
const bin = join(root, "dist", "cli", "bin.js");
chmodSync(bin, 0o755);
linkCommand(join(root, "node_modules", ".bin"));

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
