// `npm run verify`: installs, builds, and runs every check and every test. The test runner's summary comes last.
import { build, install, run } from "./install.mjs";

try {
  install();
  build();
  for (const check of ["typecheck", "lint", "deadcode", "test"]) run("npm", ["run", "--silent", check]);
} catch (error) {
  process.exitCode = error.status ?? 1;
}
