import { readFileSync } from "node:fs";
import fc from "fast-check";
import { readGgufFileInfo } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { GgufError, readGgufHeader } from "../../../src/targets/gguf-header.ts";
import { ggufBytes, type TestFile, text, unsigned, valueTypes, written } from "./gguf-file.ts";

const { array, string, uint32 } = valueTypes;
const live = "models/router-live.f16.gguf";

function complaint(file: TestFile | Buffer): string {
  const path = written(Buffer.isBuffer(file) ? file : ggufBytes(file));
  try {
    readGgufHeader(path);
  } catch (error) {
    expect(error).toBeInstanceOf(GgufError);
    return (error as Error).message;
  }
  return "none";
}

describe("the header of a GGUF file", () => {
  it("says what the reader of node-llama-cpp says", async () => {
    const theirs = await readGgufFileInfo(live);
    const ours = readGgufHeader(live);
    expect(ours.architecture).toBe(theirs.metadata.general.architecture);
    expect(ours.contextLength).toBe(256);
    expect(ours.quantisation).toBe("F16");
    const weights = theirs.fullTensorInfo!.map(({ dimensions }) =>
      dimensions.reduce<number>((product, dimension) => product * Number(dimension), 1),
    );
    expect(ours.parameters).toBe(weights.reduce((sum, count) => sum + count, 0));
  });

  it("may have lists of numbers, texts and lists, and no tensors", () => {
    const list = (type: number, ...items: Buffer[]) =>
      Buffer.concat([unsigned(type, 4), unsigned(items.length, 8), ...items]);
    const path = written(
      ggufBytes({
        metadata: [
          ["numbers", array, list(uint32, unsigned(1, 4), unsigned(2, 4))],
          ["texts", array, list(string, text("a"), text("b"))],
          ["lists", array, list(array, list(uint32, unsigned(1, 4)))],
          ["general.architecture", string, text("some")],
          ["some.context_length", uint32, unsigned(77, 4)],
          ["general.file_type", uint32, unsigned(999, 4)],
        ],
      }),
    );
    const expected = { architecture: "some", quantisation: "type 999", contextLength: 77, parameters: 0 };
    expect(readGgufHeader(path)).toEqual(expected);
  });

  it.each<[string, TestFile, RegExp]>([
    ["other letters at the beginning", { magic: "GGML" }, /no GGUF file/],
    ["an old version", { version: 1 }, /version is 1/],
    ["a version of the other byte order", { version: 3 << 24 }, /version is 50331648/],
    ["more metadata than any file", { metadataCount: 2n ** 63n }, /entries of metadata/],
    ["more tensors than any file", { tensorCount: 2n ** 64n - 1n }, /tensors/],
    ["fewer tensors than it claims", { tensorCount: 3 }, /cut off/],
    ["a text longer than the file", { metadata: [["k", string, unsigned(2n ** 40n, 8)]] }, /cut off/],
    ["a key longer than any", { metadata: [["k".repeat(70_000), uint32, unsigned(1, 4)]] }, /key/],
    ["an unknown type", { metadata: [["k", 99, Buffer.alloc(8)]] }, /unknown type 99/],
    [
      "a list longer than the file",
      { metadata: [["k", array, Buffer.concat([unsigned(uint32, 4), unsigned(2n ** 62n, 8)])]] },
      /cut off/,
    ],
    [
      "lists in lists in lists",
      {
        metadata: [
          [
            "k",
            array,
            Buffer.concat(
              Array(50)
                .fill([unsigned(array, 4), unsigned(1, 8)])
                .flat(),
            ),
          ],
        ],
      },
      /nested too deeply/,
    ],
    ["a tensor of many dimensions", { tensors: [["t", [1, 1, 1, 1, 1], 0, 0]] }, /5 dimensions/],
    [
      "a tensor beyond all numbers",
      { tensors: [["t", [2n ** 63n, 2n ** 63n], 0, 0]] },
      /larger than any file/,
    ],
    [
      "a tensor of which a byte is missing",
      { tensors: [["t", [32], 8, 0]], dataBytes: 33 },
      /cut off: its tensors need 98 bytes, it has 97/,
    ],
    ["an offset beyond the end", { tensors: [["t", [1], 0, 2n ** 40n]], dataBytes: 64 }, /cut off/],
    ["one part of several", { metadata: [["split.count", 2, Buffer.from([4, 0])]] }, /one of 4 parts/],
  ])("is refused with %s", (_, file, message) => {
    expect(complaint(file)).toMatch(message);
  });

  it("is satisfied by a file that ends with its last tensor", () => {
    // A block of q8_0 is a half and 32 bytes (ggml-common.h).
    expect(complaint({ tensors: [["t", [32], 8, 0]], dataBytes: 34 })).toBe("none");
  });

  it("is refused for every shorter piece of a real file", () => {
    const bytes = readFileSync(live);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(complaint(bytes.subarray(0, length))).not.toBe("none");
      }),
      { numRuns: 60, examples: [[0], [3], [24], [bytes.length - 1]] },
    );
  });

  it("is read or refused, and nothing else, whatever a byte of it is changed to", () => {
    const bytes = readFileSync(live).subarray(0, 100_000);
    fc.assert(
      fc.property(fc.nat(4000), fc.nat(255), (place, value) => {
        const changed = Buffer.from(bytes);
        changed[place] = value;
        complaint(changed);
      }),
      { numRuns: 100 },
    );
  });
});
