import { canonicalJson, isJsonObject, type Json } from "../core/json.ts";
import type { ManifestDifference, ReleaseManifest } from "../core/release.ts";

/** Every difference between the components of two releases, with whether the candidate declares it. */
export function compareManifests(
  baseline: ReleaseManifest,
  candidate: ReleaseManifest,
): ManifestDifference[] {
  const differences: ManifestDifference[] = [];
  collect(valuesOf(baseline), valuesOf(candidate), "", differences);
  return differences.map((difference) => ({
    ...difference,
    declared: candidate.changes.some((path) => covers(path, difference.path)),
  }));
}

/** Changes that a candidate declares although nothing differs there. */
export function idleChanges(
  candidate: ReleaseManifest,
  differences: readonly ManifestDifference[],
): string[] {
  return candidate.changes.filter((path) => !differences.some((difference) => covers(path, difference.path)));
}

function valuesOf(manifest: ReleaseManifest): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(manifest.components).map(([name, { value }]) => [name, value as Json]),
  );
}

/** A declared path covers itself and everything below it. */
function covers(declared: string, path: string): boolean {
  return path === declared || path.startsWith(`${declared}.`) || path.startsWith(`${declared}[`);
}

function collect(
  baseline: Json | undefined,
  candidate: Json | undefined,
  path: string,
  into: ManifestDifference[],
): void {
  if (canonicalJson(baseline ?? null) === canonicalJson(candidate ?? null)) {
    if ((baseline === undefined) === (candidate === undefined)) return;
  } else if (isJsonObject(baseline) && isJsonObject(candidate)) {
    const names = new Set([...Object.keys(baseline), ...Object.keys(candidate)]);
    for (const name of [...names].sort()) {
      collect(member(baseline, name), member(candidate, name), below(path, name), into);
    }
    return;
  }
  into.push({ path, baseline: baseline ?? null, candidate: candidate ?? null, declared: false });
}

function member(object: Record<string, Json>, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The path of a member. A name that holds more than letters, digits, \`_\` and \`-\` stands in brackets, so that no dot in it looks like a step. */
function below(path: string, name: string): string {
  if (!/^[\w-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === "" ? name : `${path}.${name}`;
}
