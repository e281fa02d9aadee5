import { execFileSync } from "node:child_process";

/** Tests that start a process of their own run what users run: the compiled command. */
export default function build(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
