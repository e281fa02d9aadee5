// Installs the dependencies of a fresh clone; does nothing where the lock file has not changed since.
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Runs a command in the checkout and shows what it prints; throws when it fails. */
export function run(command, args, options = {}) {
  execFileSync(command, args, {
    stdio: "inherit",
    cwd: root,
    shell: process.platform === "win32",
    ...options,
  });
}

export function install() {
  const installed = join(root, "node_modules", ".package-lock.json");
  const isFresh =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
  if (!isFresh) run("npm", ["ci"]);
}

export function build() {
  run(process.execPath, [join(root, "scripts", "build.mjs")]);
}
