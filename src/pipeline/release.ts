import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { EvalsError, messageOf } from "../core/errors.ts";
import type { EvaluationDefinition } from "../core/evaluation.ts";
import type { Release } from "../core/extensions.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { type Components, componentNames, type ReleaseManifest } from "../core/release.ts";
import { fingerprintOf } from "./fingerprint.ts";

/**
 * A component that is a file, such as a prompt: its name and the SHA-256 of its bytes.
 *
 * @param file path relative to the working directory, or `new URL("./prompt.md", import.meta.url)`.
 * @throws EvalsError RELEASE_INVALID when the file cannot be read.
 */
export function promptFile(file: string | URL): { file: string; sha256: string } {
  try {
    const bytes = readFileSync(file);
    return { file: basename(file.toString()), sha256: createHash("sha256").update(bytes).digest("hex") };
  } catch (cause) {
    throw new EvalsError(
      "RELEASE_INVALID",
      `${file}: the prompt file cannot be read`,
      "check the path in the release",
      {
        cause,
      },
    );
  }
}

/**
 * Puts a release and what its target knows of the bundle together.
 *
 * @throws EvalsError RELEASE_INVALID for a component that is named twice or not at all.
 */
export function resolveRelease(input: EvaluationDefinition["releases"][number]): Release {
  const own = without(input.components);
  const fromTarget = without(input.target.components ?? {});
  requireJson(input.name, fromTarget);
  for (const name of Object.keys(own)) {
    if (!Object.hasOwn(fromTarget, name) || canonicalJson(own[name]) === canonicalJson(fromTarget[name]))
      continue;
    const message = `release "${input.name}": both the release and its target "${input.target.name}" name the component "${name}", differently`;
    throw new EvalsError("RELEASE_INVALID", message, `leave \`${name}\` out of the release's \`components\``);
  }
  const components = { ...own, ...fromTarget };
  const missing = componentNames.filter((name) => !Object.hasOwn(components, name));
  if (missing.length > 0) {
    const message = `release "${input.name}" does not name ${missing.map((name) => `"${name}"`).join(", ")}`;
    const hint = `add ${missing[0]}: … to its \`components\`, or ${missing[0]}: null if the release has none; a rollback restores what is named`;
    throw new EvalsError("RELEASE_INVALID", message, hint);
  }
  return {
    name: input.name,
    target: input.target,
    components: components as Components,
    changes: input.changes,
    cacheable: input.cacheable ?? input.target.cacheable ?? false,
  };
}

/** What is no JSON would have no fingerprint, and could differ unseen. */
function requireJson(release: string, components: Record<string, Json>): void {
  for (const [name, value] of Object.entries(components)) {
    try {
      canonicalJson(value);
    } catch (cause) {
      const message = `release "${release}": the component "${name}" of its target is no JSON (${messageOf(cause)})`;
      throw new EvalsError(
        "RELEASE_INVALID",
        message,
        "say what can change as texts, numbers, lists and plain objects",
        { cause },
      );
    }
  }
}

function without(components: object): Record<string, Json> {
  return Object.fromEntries(Object.entries(components).filter(([, value]) => value !== undefined));
}

/** The manifest of a release: every component with its fingerprint. */
export function manifestOf(release: Release): ReleaseManifest {
  const entries = Object.entries(release.components).sort(([a], [b]) => (a < b ? -1 : 1));
  const components = Object.fromEntries(
    entries.map(([name, value]) => [name, { value, fingerprint: fingerprintOf(value) }]),
  );
  return {
    name: release.name,
    fingerprint: fingerprintOf(release.components),
    target: release.target.name,
    ...(release.target.costBasis === undefined ? {} : { costBasis: release.target.costBasis }),
    components,
    changes: [...release.changes],
  };
}
