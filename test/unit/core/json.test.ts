import { describe, expect, it } from "vitest";
import { canonicalJson, copyOfJson, isJsonObject } from "../../../src/core/json.ts";

describe("the canonical form of a value", () => {
  it("does not depend on the order in which keys were written, at any depth", () => {
    const one = { b: 1, a: { d: [{ y: 1, x: 2 }], c: null } };
    const other = { a: { c: null, d: [{ x: 2, y: 1 }] }, b: 1 };
    expect(canonicalJson(one)).toBe('{"a":{"c":null,"d":[{"x":2,"y":1}]},"b":1}');
    expect(canonicalJson(other)).toBe(canonicalJson(one));
  });

  it("sorts keys by code unit, as in the example of RFC 8785, section 3.2.3", () => {
    // The RFC's own order: \r, 1, U+0080, ö, €, the emoji (a surrogate pair from U+D83D), U+FB33.
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\ud83d\ude00", "\u0080", "\u00f6"];
    const sorted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(text).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(",")}}`);
  });

  it("keeps the order of arrays, since it means something", () => {
    expect(canonicalJson([2, 1])).toBe("[2,1]");
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  it("leaves out members that are undefined, and writes null for undefined items, as JSON does", () => {
    const value = { a: undefined, b: [undefined, 1], c: { d: undefined } };
    expect(canonicalJson(value)).toBe('{"b":[null,1],"c":{}}');
    expect(canonicalJson({ b: null })).not.toBe(canonicalJson({}));
  });

  it("tells values apart that only look alike", () => {
    const texts = [1, "1", true, "true", null, "null", [], {}, "", 0, false, [[]], [null]].map(canonicalJson);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it("writes numbers as the same number whatever their notation, and minus zero as zero", () => {
    expect(canonicalJson([1.0, 1e2, 0.1, -0, 1e21, 1e-7])).toBe("[1,100,0.1,0,1e+21,1e-7]");
  });

  it.each([
    ["NaN", Number.NaN],
    ["an infinity", Number.NEGATIVE_INFINITY],
    ["a bigint", 1n],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["undefined by itself", undefined],
  ])("refuses %s, also deep inside", (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    if (value !== undefined) expect(() => canonicalJson({ a: [{ b: value }] })).toThrow(TypeError);
  });

  it("refuses a value that contains itself, and takes one that is only used twice", () => {
    const cycle: Record<string, unknown> = { name: "loop" };
    cycle.self = [cycle];
    expect(() => canonicalJson(cycle)).toThrow(/contains itself/);
    const shared = { a: 1 };
    expect(canonicalJson([shared, { again: shared }])).toBe('[{"a":1},{"again":{"a":1}}]');
  });

  it("keeps a member named __proto__ like any other", () => {
    const value = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}') as unknown;
    expect(canonicalJson(value)).toBe('{"__proto__":{"a":1},"constructor":2}');
    expect(canonicalJson(value)).not.toBe(canonicalJson(JSON.parse('{"constructor": 2}')));
  });

  // Guarded against: Map, Set, Date, URL and RegExp have no own members, so all of them become `{}`: two releases that differ
  // only in such a value have the same fingerprint. JSON cannot hold them, so they should be refused like functions.
  it.each([
    ["a map", new Map([["index", "v1"]])],
    ["a set", new Set(["v1"])],
    ["a date", new Date(0)],
    ["an address", new URL("https://index.example/v1")],
    ["a regular expression", /v1/],
  ])("refuses %s, which JSON cannot hold, instead of writing an empty object", (_, value) => {
    expect(() => canonicalJson({ retriever: value })).toThrow(TypeError);
  });

  // Guarded against: `map` skips the holes of a sparse array, so the text is no JSON: `[,1]`.
  it("writes text that is JSON for an array with a hole", () => {
    const holey: unknown[] = [];
    holey[1] = 1;
    expect(JSON.parse(canonicalJson(holey))).toEqual([null, 1]);
  });
});

describe("a JSON object", () => {
  it("is not null, not an array and not a text", () => {
    expect([{}, { a: 1 }].every(isJsonObject)).toBe(true);
    expect([null, [], "text", 1, undefined].some(isJsonObject)).toBe(false);
  });
});

describe("a copy of a JSON value", () => {
  it("is equal, and what is changed in it stays its own, at any depth", () => {
    const value = { messages: [{ role: "user", content: "hi" }], variables: { seen: false, none: null } };
    const copy = copyOfJson(value);
    expect(copy).toEqual(value);
    copy.messages.push({ role: "assistant", content: "mine" });
    copy.messages[0]!.content = "changed";
    copy.variables.seen = true;
    expect(value).toEqual({
      messages: [{ role: "user", content: "hi" }],
      variables: { seen: false, none: null },
    });
  });

  it("keeps a member `__proto__` a member", () => {
    const copy = copyOfJson(JSON.parse('{"__proto__": {"isAdmin": true}}'));
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"isAdmin":true}}');
    expect(copy.isAdmin).toBeUndefined();
  });
});
