/** For tests of what extends gatewright: fakes that are real implementations, and for each extension point the checks that it must pass. */
import type {
  Evaluator,
  EvaluatorInput,
  Reporter,
  Store,
  StoreRecord,
  Target,
  TargetRequest,
  TargetResponse,
} from "./core/extensions.ts";
import { type Promotion, promotionsScope } from "./core/promotion.ts";
import type { Report } from "./core/report.ts";
import type { RunManifest } from "./core/run.ts";
import { type Sample, servedUnknown, usageUnknown } from "./core/sample.ts";
import { evaluationSchema } from "./core/score.ts";
import { callTarget } from "./pipeline/call-target.ts";

export { memoryStore } from "./stores/memory.ts";

/** One check of a contract. It throws with what is wrong. */
export interface ContractCheck {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** A target that answers by a script: for each case the answer or the error to throw; `otherwise` for the rest. */
export function scriptedTarget(options: {
  readonly name?: string;
  readonly components?: Target["components"];
  readonly answers?: Readonly<Record<string, TargetResponse | string | Error>>;
  readonly otherwise?: (request: TargetRequest) => TargetResponse | string | Error;
}): Target & { readonly calls: TargetRequest[] } {
  const calls: TargetRequest[] = [];
  return {
    name: options.name ?? "scripted",
    components: options.components ?? {},
    calls,
    async call(request) {
      calls.push(request);
      const answer = options.answers?.[request.caseId] ?? options.otherwise?.(request) ?? "";
      if (answer instanceof Error) throw answer;
      return typeof answer === "string" ? { text: answer } : answer;
    },
  };
}

/** A sample with an answer, for tests of evaluators. */
export function sampleOf(
  caseId: string,
  output: Partial<NonNullable<Sample["output"]>>,
): EvaluatorInput["sample"] {
  return {
    trialKey: "0".repeat(64),
    caseId,
    side: "candidate",
    repetition: 1,
    seed: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    latencyMs: 1,
    output: {
      text: "",
      toolCalls: [],
      context: null,
      state: null,
      refused: false,
      finishReason: null,
      ...output,
    },
    failure: null,
    attempts: [{ latencyMs: 1, failure: null }],
    usage: usageUnknown,
    timeToFirstTokenMs: null,
    served: servedUnknown,
    spans: [],
  };
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function promotionOf(manifest: RunManifest, note: string, by: string): Promotion {
  return {
    schemaVersion: 1,
    kind: "promotion",
    number: 1,
    evaluation: "kept",
    at: manifest.createdAt,
    by,
    byFrom: "--by",
    note,
    runId: manifest.runId,
    verdict: "pass",
    release: manifest.candidate,
    replaced: manifest.baseline,
  };
}

/** What every store must do. `open` gives a store that shares its records with the one before it until `fresh` is called. */
export function storeContract(open: () => Store | Promise<Store>, manifest: RunManifest): ContractCheck[] {
  const sample = (caseId: string) => ({ ...sampleOf(caseId, { text: caseId }), output: null });
  const record = (runId: string, key: string) => ({ kind: "sample" as const, runId, key, body: sample(key) });
  const check = (name: string, work: (store: Store) => Promise<void>): ContractCheck => ({
    name,
    async run() {
      const store = await open();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    },
  });
  return [
    check("reads what was appended, in order", async (store) => {
      await store.append([record("order", "b"), record("order", "a")]);
      const read = await store.read("order", "sample");
      demand(read.map(({ caseId }) => caseId).join() === "b,a", `read ${JSON.stringify(read)}`);
    }),
    check("ignores a second record with the same run, kind and key", async (store) => {
      await store.append([record("twice", "a")]);
      await store.append([{ ...record("twice", "a"), body: sample("changed") }]);
      const read = await store.read("twice", "sample");
      demand(read.length === 1 && read[0]?.caseId === "a", "the first record did not stay as it was");
    }),
    check("keeps runs and kinds apart", async (store) => {
      await store.append([record("one", "a"), record("two", "a")]);
      demand((await store.read("one", "sample")).length === 1, "runs are mixed");
      demand((await store.read("one", "scores")).length === 0, "kinds are mixed");
    }),
    check("lists runs, newest first, by evaluation", async (store) => {
      const run = (runId: string, name: string) => ({
        kind: "run" as const,
        runId,
        key: "manifest",
        body: { ...manifest, runId, evaluation: { ...manifest.evaluation, name } },
      });
      await store.append([run("first", "listed"), run("second", "listed"), run("third", "other")]);
      const listed = await store.runs({ evaluation: "listed" });
      demand(listed.map(({ runId }) => runId).join() === "second,first", "wrong order or filter");
      demand((await store.runs({ evaluation: "listed", limit: 1 })).length === 1, "the limit is not kept");
    }),
    check(
      "keeps the looks at a canary in their order, the first of each number, and lists no run for them",
      async (store) => {
        const look = (number: number, candidate: number): StoreRecord => ({
          kind: "look",
          runId: "canary/contract",
          key: `${number}`,
          body: {
            ...{ number, at: "2026-01-01T00:00:00.000Z", baseline: 10, candidate, fraction: number / 4 },
            ...{ spent: 0, isLast: false, verdict: "inconclusive", worst: null, digest: "" },
            ...{ tested: [], families: { blocking: 0, advisory: 0 } },
          },
        });
        await store.append([look(1, 10)]);
        await Promise.all([store.append([look(2, 20)]), store.append([look(2, 21)])]);
        const read = await store.read("canary/contract", "look");
        demand(read.map(({ candidate }) => candidate).join() === "10,20", `read ${JSON.stringify(read)}`);
        const listed = await store.runs();
        demand(!listed.some(({ runId }) => runId === "canary/contract"), "a canary is listed as a run");
      },
    ),
    check("removes every record of a run and of no other, if it removes at all", async (store) => {
      await store.append([record("gone", "a"), record("gone", "b"), record("stays", "a")]);
      if (store.remove === undefined) return;
      await store.remove(["gone", "never-was"]);
      demand((await store.read("gone", "sample")).length === 0, "records of a removed run are still there");
      demand((await store.read("stays", "sample")).length === 1, "a record of another run went with it");
    }),
    check(
      "keeps promotions apart from runs, the first of two with one key, and all when runs are removed",
      async (store) => {
        const promotion = (key: string, by: string): StoreRecord => ({
          kind: "promotion",
          runId: promotionsScope,
          key,
          body: promotionOf(manifest, key, by),
        });
        const own = async () =>
          (await store.read(promotionsScope, "promotion")).filter(({ evaluation }) => evaluation === "kept");
        await store.append([promotion("1", "Ada"), promotion("2", "Ada"), promotion("1", "Grace")]);
        await store.append([promotion("2", "Grace")]);
        const runIds = (await store.runs()).map(({ runId }) => runId);
        demand(!runIds.includes(promotionsScope), "promotions are listed as a run");
        await store.remove?.([...runIds, "kept"]);
        const kept = (await own()).map(({ note, by }) => `${note} ${by}`).join();
        demand(kept === "1 Ada,2 Ada", `read ${kept}`);
      },
    ),
    check("takes many appends at once", async (store) => {
      await Promise.all(
        Array.from({ length: 200 }, (_, index) => store.append([record("many", `${index}`)])),
      );
      demand((await store.read("many", "sample")).length === 200, "records were lost");
    }),
  ];
}

/** What every target must do: `request` must be one that it answers. */
export function targetContract(target: Target, request: TargetRequest): ContractCheck[] {
  const call = (signal: AbortSignal, timeoutMs: number) =>
    callTarget(target, request, {
      timeoutMs,
      retries: 0,
      signal,
      seed: 1,
      clock: () => performance.now(),
      wait: async () => {},
    });
  const answers = async () => {
    await target.check?.();
    await target.prepare?.([request]);
    const { response, failure } = await call(new AbortController().signal, 60_000);
    demand(typeof response?.text === "string", `no text: ${failure?.message ?? "malformed"}`);
  };
  return [
    {
      name: "names itself and its components as JSON",
      async run() {
        demand(target.name !== "", "the name is empty");
        const text = JSON.stringify(target.components);
        demand(JSON.stringify(JSON.parse(text)) === text, "the components are no JSON");
      },
    },
    {
      name: "answers with a text, once it is checked and prepared",
      run: answers,
    },
    {
      name: "ends when it is aborted",
      async run() {
        const controller = new AbortController();
        controller.abort();
        const { failure } = await call(controller.signal, 60_000);
        demand(failure?.kind === "aborted", `ended as ${failure?.kind ?? "answered"}`);
      },
    },
    {
      name: "can be closed, twice, and prepared for another run",
      async run() {
        await answers();
        await target.close?.();
        await target.close?.();
        await answers();
      },
    },
  ];
}

/** What every evaluator must do with an answer that it can judge. */
export function evaluatorContract(evaluator: Evaluator, input: EvaluatorInput): ContractCheck[] {
  return [
    {
      name: "gives an evaluation, and the same one twice",
      async run() {
        await evaluator.prepare?.([input.case]);
        const first = await evaluator.evaluate(input);
        const checked = evaluationSchema.safeParse(first);
        demand(checked.success, `no evaluation: ${checked.error?.issues[0]?.message}`);
        const second = await evaluator.evaluate(structuredClone(input));
        demand(JSON.stringify(first) === JSON.stringify(second), "two evaluations of the same sample differ");
      },
    },
    {
      name: "leaves a case that expects nothing unscored or judges it by itself, and does not throw",
      async run() {
        const { expected: _, ...bare } = input.case;
        const evaluation = await evaluator.evaluate({ ...input, case: bare });
        demand(evaluation.status !== "error", "an error for a case that expects nothing");
      },
    },
  ];
}

/** What every reporter must do. */
export function reporterContract(reporter: Reporter, report: Report): ContractCheck[] {
  return [
    {
      name: "renders the same report to the same text, without changing it",
      async run() {
        const before = JSON.stringify(report);
        const first = reporter.render(report);
        demand(first !== "", "the text is empty");
        demand(first === reporter.render(structuredClone(report)), "two renderings differ");
        demand(JSON.stringify(report) === before, "the report was changed");
      },
    },
  ];
}
