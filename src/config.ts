import { access } from "node:fs/promises";
import { z } from "zod";
import { priceTableSchema } from "./core/prices.ts";
import { traceMappingSchema } from "./core/trace-mapping.ts";
import { loadModule } from "./pipeline/load-module.ts";

/** The contents of `evals.config.ts`. Every member is optional. */
export const configSchema = z.strictObject({
  /** File of the store, relative to the working directory. */
  store: z.string().min(1).default(".evals/store.sqlite"),
  /** Folder of the HTML reports, relative to the working directory. */
  reports: z.string().min(1).default("reports"),
  /** Evaluation that `evals run` takes when it is given none. */
  evaluation: z.string().min(1).optional(),
  /** Which attributes of traces say release, route, fallback, cohort and feedback. */
  traces: traceMappingSchema.prefault({}),
  /** Prices for the model calls of traces that do not say what they cost (default: gatewright's dated table of list prices). */
  prices: priceTableSchema.optional(),
});
/** The configuration of a project, defaults filled in. */
export type Config = z.output<typeof configSchema>;

/** A project's configuration, for the default export of `evals.config.ts`. */
export function defineConfig(config: z.input<typeof configSchema>): z.input<typeof configSchema> {
  return config;
}

const configFiles = ["evals.config.ts", "evals.config.js", "evals.config.mjs"];

/**
 * Reads the configuration of the project in the working directory; defaults where it has none.
 *
 * @throws EvalsError that names file and line.
 */
export async function loadConfig(): Promise<Config> {
  for (const file of configFiles) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    const codes = { missing: "CONFIG_NOT_FOUND", invalid: "CONFIG_INVALID", what: "configuration" } as const;
    return (await loadModule(file, configSchema, codes)).value;
  }
  return configSchema.parse({});
}
