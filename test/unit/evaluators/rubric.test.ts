import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rubricJudge, taskCompletionJudge } from "../../../src/evaluators/index.ts";
import { openaiTarget } from "../../../src/targets/index.ts";
import { type OpenAIServer, startOpenAIServer } from "../../fixtures/openai-server.ts";
import { judging, readQuestion } from "../../support/judge.ts";
import { caseWith, inputWith } from "./input.ts";

let server: OpenAIServer;
const folder = mkdtempSync(join(tmpdir(), "rubric-"));
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function file(content: string | Buffer): string {
  const path = join(folder, "tone.md");
  writeFileSync(path, content);
  return path;
}
const judge = () => openaiTarget({ model: "judge-1", baseURL: server.baseURL });
const rubric = (content: string | Buffer) =>
  rubricJudge({ name: "tone", judge: judge(), rubric: file(content) });
const polite = "---\nversion: 2\n---\nThe answer is polite.\n";
const scale = "---\nversion: 1\nscale: 5\npassAt: 4\n---\nHow polite is the answer?\n";
const input = inputWith(caseWith({ answer: "14 days" }), {
  text: "Hello.",
  context: [{ text: "a passage" }],
});

describe("a judge by a rubric", () => {
  it("decides on pass or fail, and puts the rubric before the judge", async () => {
    server.play(judging((_, { outside }) => ({ verdict: outside.includes("is polite.") ? "pass" : "fail" })));
    expect(await rubric(polite).evaluate(input)).toMatchObject({ status: "scored", value: 1, pass: true });
  });

  it.each([
    [1, 0, false],
    [3, 0.5, false],
    [4, 0.75, true],
    [5, 1, true],
  ])("gives %d of 5 the value %d", async (number, value, pass) => {
    server.play(judging(() => ({ verdict: `score_${number}` })));
    const evaluation = await rubric(scale).evaluate(input);
    expect(evaluation).toMatchObject({ status: "scored", value, pass });
  });

  it("takes the middle of several votes on the side of the majority", async () => {
    const scores = ["score_5", "score_2", "score_4"].map((verdict) => judging(() => ({ verdict })));
    server.play(...scores);
    const evaluation = await rubricJudge({
      name: "tone",
      judge: judge(),
      rubric: file(scale),
      votes: 3,
    }).evaluate(input);
    expect(evaluation).toMatchObject({ status: "scored", value: 0.75, pass: true });
  });

  it("gives no number for a word that is not on the scale", async () => {
    server.play(judging(() => ({ verdict: "score_6" })));
    expect(await rubric(scale).evaluate(input)).toMatchObject({ status: "error", kind: "wrong_shape" });
  });

  it("shows context and expectation only where it is asked to", async () => {
    server.play(judging(() => ({ verdict: "pass" })));
    const names = async (shows: ("context" | "expected")[]) => {
      await rubricJudge({ name: "tone", judge: judge(), rubric: file(polite), shows }).evaluate(input);
      const { materials } = readQuestion(server.requests.at(-1)!.body.messages as { content: string }[]);
      return [...materials.keys()];
    };
    expect(await names([])).toEqual(["what the system was asked", "the answer"]);
    expect(await names(["context", "expected"])).toEqual([
      "what the system was asked",
      "context p1",
      "what is expected",
      "the answer",
    ]);
  });

  it("is another version when the file changes, whatever number it says", () => {
    const one = rubric(polite).version;
    expect(one).toMatch(/^rubric-1 rubric=v2#/);
    expect(rubric(polite.replace("polite", "kind")).version).not.toBe(one);
    expect(rubric(polite).version).toBe(one);
  });

  it.each([
    ["no head", "Be polite.", /tone\.md: the rubric has no head/],
    ["no rules", "---\nversion: 1\n---\n  \n", /no rules below its head/],
    ["no version", "---\nscale: 5\npassAt: 3\n---\nx", /`version`/],
    ["an unknown key", "---\nversion: 1\npassat: 3\n---\nx", /unknown key "passat"/],
    ["a scale without a bound", "---\nversion: 1\nscale: 5\n---\nx", /belong together/],
    ["a bound above the scale", "---\nversion: 1\nscale: 3\npassAt: 4\n---\nx", /above the scale/],
    ["a broken head", "---\nversion: [1\n---\nx", /no YAML/],
    ["bytes that are no UTF-8", Buffer.from([0x2d, 0xff]), /cannot be read/],
  ])("refuses a file with %s, by name", (_, content, message) => {
    expect(() => rubric(content)).toThrow(message);
  });

  it("refuses a file that is not there", () => {
    expect(() => rubricJudge({ name: "tone", judge: judge(), rubric: join(folder, "none.md") })).toThrow(
      /none\.md/,
    );
  });

  it("serves task completion for cases without criteria of their own", async () => {
    server.play(judging(() => ({ verdict: "met" })));
    const evaluator = taskCompletionJudge({ judge: judge(), rubric: file(polite) });
    expect(await evaluator.evaluate(inputWith(caseWith({}), { text: "Hello." }))).toMatchObject({ value: 1 });
    expect(() => taskCompletionJudge({ judge: judge(), rubric: file(scale) })).toThrow(
      /the rubric has a scale/,
    );
  });
});
