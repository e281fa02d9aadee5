import { describe, expect, it } from "vitest";
import { compareManifests, idleChanges } from "../../../src/pipeline/compare-manifests.ts";
import { manifestOf } from "../../../src/pipeline/release.ts";
import { releaseOf } from "./support.ts";

/** Differences between a live release and a candidate, each changed against the same bundle. */
function differences(live: Record<string, unknown>, next: Record<string, unknown>, changes: string[] = []) {
  const candidate = manifestOf(releaseOf("next", next, changes));
  const found = compareManifests(manifestOf(releaseOf("live", live)), candidate);
  return { found, paths: found.map(({ path }) => path), idle: idleChanges(candidate, found) };
}

const retriever = { index: "v1", options: { top: 5, fields: ["title", "body"] } };

describe("the comparison of two bundles", () => {
  it("finds nothing between equal bundles, whatever the order of their keys", () => {
    const reordered = { options: { fields: ["title", "body"], top: 5 }, index: "v1" };
    expect(differences({ retriever }, { retriever: reordered }).found).toEqual([]);
  });

  it("names a nested difference by its path, with both values", () => {
    const { found } = differences(
      { retriever },
      { retriever: { ...retriever, options: { ...retriever.options, top: 8 } } },
    );
    expect(found).toEqual([{ path: "retriever.options.top", baseline: 5, candidate: 8, declared: false }]);
  });

  it("names every difference, not the first alone", () => {
    const { paths } = differences(
      { retriever, decoding: { temperature: 0, stop: ["\n"] } },
      { retriever: { ...retriever, index: "v2" }, decoding: { temperature: 0.7, stop: [] }, model: "m-2" },
    );
    expect([...paths].sort()).toEqual(["decoding.stop", "decoding.temperature", "model", "retriever.index"]);
  });

  it("takes a list as a whole: order and length matter", () => {
    const list = (...fields: string[]) => ({ retriever: { index: "v1", fields } });
    expect(differences(list("a", "b"), list("b", "a")).paths).toEqual(["retriever.fields"]);
    expect(differences(list("a"), list("a", "b")).found).toEqual([
      { path: "retriever.fields", baseline: ["a"], candidate: ["a", "b"], declared: false },
    ]);
  });

  it("tells null from missing, in both directions", () => {
    const has = { decoding: { temperature: 0, seed: null } };
    const lacks = { decoding: { temperature: 0 } };
    expect(differences(has, lacks).found).toEqual([
      { path: "decoding.seed", baseline: null, candidate: null, declared: false },
    ]);
    expect(differences(lacks, has).paths).toEqual(["decoding.seed"]);
    expect(differences({ extra: null }, {}).paths).toEqual(["extra"]);
  });

  it("tells an object from null, from a list and from a text", () => {
    expect(differences({ retriever: null }, { retriever: {} }).paths).toEqual(["retriever"]);
    expect(differences({ retriever: {} }, { retriever: [] }).paths).toEqual(["retriever"]);
    expect(differences({ retriever: "1" }, { retriever: 1 }).paths).toEqual(["retriever"]);
  });

  it("is not fooled by members that every object inherits", () => {
    const { paths } = differences({ tools: {} }, { tools: { constructor: "x", toString: "y" } });
    expect(paths).toEqual(["tools.constructor", "tools.toString"]);
  });
});

describe("a declared change", () => {
  const changed = { retriever: { index: "v2", options: { top: 8, fields: ["title", "body"] } } };

  it("covers its own path", () => {
    const { found } = differences({ retriever }, changed, ["retriever.index"]);
    expect(found.map(({ path, declared }) => [path, declared])).toEqual([
      ["retriever.index", true],
      ["retriever.options.top", false],
    ]);
  });

  it("covers everything below it", () => {
    expect(differences({ retriever }, changed, ["retriever"]).found.every(({ declared }) => declared)).toBe(
      true,
    );
    expect(
      differences({ retriever }, changed, ["retriever.options"]).found.map(({ declared }) => declared),
    ).toEqual([false, true]);
  });

  it("does not cover what lies above it", () => {
    const { found } = differences({ retriever: null }, { retriever: { index: "v1" } }, ["retriever.index"]);
    expect(found).toEqual([
      { path: "retriever", baseline: null, candidate: { index: "v1" }, declared: false },
    ]);
  });

  it("does not cover a longer name that begins with it", () => {
    const { found } = differences({}, { retriever: "r", retrieverX: "other", "retriever-2": "more" }, [
      "retriever",
    ]);
    expect(Object.fromEntries(found.map(({ path, declared }) => [path, declared]))).toEqual({
      retriever: true,
      retrieverX: false,
      "retriever-2": false,
    });
  });

  it("is taken to the letter: no pattern, no other case", () => {
    for (const path of ["*", "Retriever", "retriever.*", "ret", "."]) {
      expect(differences({ retriever }, changed, [path]).found.some(({ declared }) => declared)).toBe(false);
    }
  });

  it("is only that of the candidate: what the live release once declared does not count", () => {
    const live = manifestOf(releaseOf("live", {}, ["prompt"]));
    const next = manifestOf(releaseOf("next", { prompt: "p-2" }));
    expect(compareManifests(live, next)).toMatchObject([{ path: "prompt", declared: false }]);
  });

  it("is idle when nothing differs there", () => {
    expect(differences({ retriever }, changed, ["retriever.index", "prompt", "retriever"]).idle).toEqual([
      "prompt",
    ]);
  });

  // Guarded against: a key with a dot makes the same path as a nested one, so that declaring `tools.search` also declares the change of
  // the other tool named `search.admin`.
  it("does not cover a key that holds a dot and only looks as if it lay below", () => {
    const live = { tools: { search: { v: 1 }, "search.admin": { v: 1 } } };
    const next = { tools: { search: { v: 2 }, "search.admin": { v: 2 } } };
    const { found } = differences(live, next, ["tools.search"]);
    expect(found.filter(({ declared }) => !declared)).toHaveLength(1);
  });
});
