import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** The built package beside its dependencies, of which better-sqlite3 is as npm leaves it when its install script may not run. */
function installedWithoutScripts(): string {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-no-binary-"));
  const modules = realpathSync("node_modules");
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync(modules)) {
    if (name === "better-sqlite3" || name.startsWith(".")) continue;
    symlinkSync(join(modules, name), join(folder, "node_modules", name));
  }
  for (const part of ["package.json", "lib"]) {
    cpSync(join(modules, "better-sqlite3", part), join(folder, "node_modules/better-sqlite3", part), {
      recursive: true,
    });
  }
  cpSync("dist", join(folder, "dist"), { recursive: true });
  cpSync("package.json", join(folder, "package.json"));
  return folder;
}

describe("an install whose scripts did not run", () => {
  it("is told which package to build, not to look at the folder", () => {
    const folder = installedWithoutScripts();
    const { status, stderr } = spawnSync(process.execPath, ["dist/cli/bin.js", "runs"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toContain(`better-sqlite3 has no binary for Node ${process.versions.node}`);
    expect(stderr).toContain("npm rebuild better-sqlite3");
    expect(stderr).not.toContain("the folder can be written");
  });
});
