import { z } from "zod";
import type { Json } from "./json.ts";
import { type Redact, redactValue } from "./redact.ts";

/** The components of a bundle. Each release names all of them, so that a rollback can restore all of them. */
export const componentNames = [
  "model",
  "prompt",
  "retriever",
  "tools",
  "guardrail",
  "decoding",
  "route",
] as const;
/** Name of a component of a bundle. */
export type ComponentName = (typeof componentNames)[number];

/** The components of a release, each as JSON that says all that can change its behaviour; `null` says that the release has none. */
export type Components = Record<ComponentName, Json> & Record<string, Json>;

/** One component as a run's manifest keeps it. */
export const componentManifestSchema = z.object({
  /** The component as it was declared, secrets removed. */
  value: z.json(),
  /** SHA-256 of its canonical form. */
  fingerprint: z.string(),
});

/** What exactly a release was. */
export const releaseManifestSchema = z.object({
  /** Name of the release. */
  name: z.string(),
  /** SHA-256 over the components. Two releases with the same fingerprint are the same bundle. */
  fingerprint: z.string(),
  /** Name of its target. */
  target: z.string(),
  /** What its costs rest on, such as the day of a price table, where its target says so. Not part of the bundle. */
  costBasis: z.string().optional(),
  /** The components with their fingerprints. */
  components: z.record(z.string(), componentManifestSchema),
  /** Paths that the release declares to have changed against the live one, such as `prompt` or `retriever.chunkWords`. */
  changes: z.array(z.string()),
});
/** What exactly a release was. */
export type ReleaseManifest = z.infer<typeof releaseManifestSchema>;

/** A release's manifest as it may be written: what its user wrote is redacted, the names of its own members are not. */
export function redactRelease(manifest: ReleaseManifest, redact: Redact): ReleaseManifest {
  const components = Object.entries(manifest.components).map(([name, { value, fingerprint }]) => [
    name,
    { value: redactValue(value, redact), fingerprint },
  ]);
  return {
    ...manifest,
    name: redact(manifest.name),
    target: redact(manifest.target),
    ...(manifest.costBasis === undefined ? {} : { costBasis: redact(manifest.costBasis) }),
    components: Object.fromEntries(components),
    changes: manifest.changes.map(redact),
  };
}

/** One difference between two manifests. */
export const manifestDifferenceSchema = z.object({
  /** Path of the member that differs, such as `decoding.temperature`. */
  path: z.string(),
  /** Its value in the baseline; `null` where it is not there. */
  baseline: z.json(),
  /** Its value in the candidate; `null` where it is not there. */
  candidate: z.json(),
  /** True when the candidate's `changes` name the path or one above it. */
  declared: z.boolean(),
});
/** One difference between two manifests. */
export type ManifestDifference = z.infer<typeof manifestDifferenceSchema>;
