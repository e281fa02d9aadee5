import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

// The table of ARCHITECTURE.md, "Who may import whom". A room is a folder of src, or a file directly in src.
const source = resolve("src");
const rules: Record<string, { rooms: string[]; packages: string[]; node: boolean }> = {
  core: { rooms: [], packages: ["zod"], node: false },
  stats: { rooms: [], packages: [], node: false },
  pipeline: { rooms: ["core", "stats"], packages: ["zod", "yaml", "jiti", "p-limit"], node: true },
  targets: { rooms: ["core"], packages: ["zod", "openai", "undici", "node-llama-cpp", "ajv"], node: true },
  evaluators: {
    rooms: ["core"],
    packages: [
      "ajv",
      "@hyperjump/browser",
      "@hyperjump/json-schema",
      "@hyperjump/json-schema-formats",
      "idn-hostname",
      "yaml",
      "zod",
    ],
    node: true,
  },
  stores: { rooms: ["core"], packages: ["better-sqlite3"], node: true },
  traces: {
    rooms: ["core"],
    packages: [
      "@opentelemetry/api",
      "@opentelemetry/exporter-trace-otlp-http",
      "@opentelemetry/exporter-trace-otlp-proto",
      "@opentelemetry/resources",
      "@opentelemetry/sdk-trace-base",
      "fzstd",
      "hyparquet",
      "hyparquet-compressors",
    ],
    node: true,
  },
  reporters: {
    rooms: ["core"],
    packages: ["d3-scale", "d3-shape", "fflate", "preact", "preact-render-to-string"],
    node: true,
  },
  cli: { rooms: ["index", "config", "core"], packages: ["commander"], node: true },
  config: { rooms: ["core", "pipeline"], packages: ["zod"], node: true },
  define: { rooms: ["core"], packages: [], node: false },
  testing: { rooms: ["core", "pipeline", "stores"], packages: [], node: false },
  index: {
    rooms: ["config", "core", "define", "evaluators", "pipeline", "reporters", "stores", "targets", "traces"],
    packages: [],
    node: false,
  },
};
/** Single imports beyond the table, each with its reason. */
const exceptions = [
  // Evaluation files import the very package that runs them.
  "pipeline/load-module.ts -> index",
  "pipeline/load-module.ts -> testing",
];
/** Stages of the pipeline that no other stage may import; only these files put them together. */
const stages = ["run.ts", "score.ts", "report.ts", "prepare.ts"];
const wiring = [
  "calibrate.ts",
  "evaluate.ts",
  "open-run.ts",
  "prepare.ts",
  "refused-report.ts",
  "score-run.ts",
];

interface Import {
  readonly file: string;
  readonly target: string;
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;"'`]*?from\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']|(?:^|\n)import\s*["']([^"']+)["']/g,
  );
  return [...found].map((match) => ({ file, target: (match[1] ?? match[2] ?? match[3])! }));
}

const imports = filesUnder(source).flatMap(importsOf);

function roomOf(path: string): string {
  const [first] = relative(source, path).split("/");
  return first!.replace(/\.tsx?$/, "");
}

function violation({ file, target }: Import): string | null {
  const room = roomOf(file);
  const rule = rules[room];
  const shown = relative(source, file);
  if (rule === undefined) return `${shown}: no rule for the room ${room}`;
  if (target.startsWith(".")) {
    const to = roomOf(resolve(dirname(file), target));
    const allowed = to === room || rule.rooms.includes(to) || exceptions.includes(`${shown} -> ${to}`);
    return allowed ? null : `${shown} imports ${to}`;
  }
  if (target.startsWith("node:")) return rule.node ? null : `${shown} imports ${target}`;
  const name = target.startsWith("@") ? target.split("/").slice(0, 2).join("/") : target.split("/")[0]!;
  return rule.packages.includes(name) ? null : `${shown} imports the package ${name}`;
}

describe("who may import whom", () => {
  it("finds the imports of every room", () => {
    expect(imports.length).toBeGreaterThan(100);
    expect([...new Set(imports.map(({ file }) => roomOf(file)))].sort()).toEqual(Object.keys(rules).sort());
  });

  it("holds for every import", () => {
    expect(imports.map(violation).filter((found) => found !== null)).toEqual([]);
  });

  it("has no rule or exception that nothing needs", () => {
    const used = new Set<string>();
    for (const { file, target } of imports) {
      const to = target.startsWith(".")
        ? roomOf(resolve(dirname(file), target))
        : target.startsWith("node:")
          ? "node"
          : target;
      used.add(`${roomOf(file)} ${to}`);
      used.add(`${relative(source, file)} -> ${to}`);
    }
    const stale = Object.entries(rules).flatMap(([room, { rooms, packages, node }]) => [
      ...rooms.filter((to) => !used.has(`${room} ${to}`)).map((to) => `${room} -> ${to}`),
      ...packages
        .filter(
          (name) =>
            ![...used].some((entry) => entry === `${room} ${name}` || entry.startsWith(`${room} ${name}/`)),
        )
        .map((name) => `${room} -> ${name}`),
      ...(node && !used.has(`${room} node`) ? [`${room} -> node`] : []),
    ]);
    expect([...stale, ...exceptions.filter((entry) => !used.has(entry))]).toEqual([]);
  });

  it("lets no stage of the pipeline import another", () => {
    const crossings = imports
      .filter(({ file }) => dirname(file) === join(source, "pipeline"))
      .map(({ file, target }) => ({
        from: relative(join(source, "pipeline"), file),
        to: target.replace("./", ""),
      }))
      .filter(
        ({ from, to }) =>
          stages.includes(to) && !wiring.includes(from) && existsSync(join(source, "pipeline", to)),
      );
    expect(crossings.filter(({ from, to }) => from !== to)).toEqual([]);
  });

  it("is right about the command line: nothing imports it", () => {
    const importers = imports.filter(
      ({ file, target }) =>
        target.startsWith(".") && roomOf(resolve(dirname(file), target)) === "cli" && roomOf(file) !== "cli",
    );
    expect(importers).toEqual([]);
  });
});
