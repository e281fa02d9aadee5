import { afterEach, describe, expect, it } from "vitest";
import { accept, type Collector, type Reply, startCollector, status } from "./collector.ts";
import { answered, emitterOf } from "./run.ts";

let collector: Collector | undefined;
/** Variables that the exporter itself reads from the process. */
const touched = ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"];
afterEach(async () => {
  for (const name of touched) delete process.env[name];
  await collector?.close();
  collector = undefined;
});

const json = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
});

async function collectorWith(reply?: Reply): Promise<Collector> {
  collector = await startCollector(reply);
  return collector;
}

const slowly =
  (ms: number): Reply =>
  (response, request, number) => {
    setTimeout(() => accept(response, request, number), ms);
  };

describe("a collector that is slow", () => {
  it("gets every span of 3,000 trials at 500 a turn, in full batches, few at a time", async () => {
    const { endpoint, spans, requests } = await collectorWith(slowly(100));
    const { emitter } = await emitterOf(json(endpoint));
    const step = { parentSpanId: null, name: "s", startOffsetMs: 0, durationMs: 1, attributes: {} };
    const steps = ["1", "2"].map((spanId) => ({ ...step, spanId }));
    for (let turn = 0; turn < 6; turn++) {
      const trials = Array.from({ length: 500 }, (_, index) =>
        answered({ caseId: `case-${turn * 500 + index}`, spans: steps }),
      );
      await Promise.all(trials.map((sample) => emitter!.record(sample, [])));
    }
    expect(await emitter!.close()).toMatchObject({ emitted: 9000, acknowledged: 9000, lastError: null });
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(9000);
    expect(requests.length).toBe(Math.ceil(9000 / 512));
    expect(collector!.mostOpen).toBeLessThanOrEqual(4);
  });

  it("slows the run down to its pace", async () => {
    const { endpoint } = await collectorWith(slowly(300));
    const { emitter } = await emitterOf(json(endpoint));
    const begun = performance.now();
    // Four batches fly, the fifth is full: the next sample waits for the first answer.
    for (let index = 0; index < 512 * 5; index++) await emitter!.record(answered(), []);
    expect(performance.now() - begun).toBeGreaterThan(250);
    expect(await emitter!.close()).toMatchObject({ emitted: 2560, acknowledged: 2560 });
  });

  it("sends what does not fill a batch after a moment", async () => {
    const { endpoint, spans } = await collectorWith();
    const { emitter } = await emitterOf(json(endpoint));
    await emitter!.record(answered(), []);
    expect(spans).toHaveLength(0);
    await expect.poll(() => spans.length, { timeout: 5000 }).toBe(1);
    await emitter!.close();
  });
});

describe("a collector that fails", () => {
  it("gets everything when it recovers in time", async () => {
    const { endpoint, spans } = await collectorWith((response, request, number) =>
      (number <= 2 ? status(503) : accept)(response, request, number),
    );
    const { emitter } = await emitterOf(json(endpoint));
    for (let index = 0; index < 600; index++) await emitter!.record(answered(), []);
    expect(await emitter!.close()).toMatchObject({ emitted: 600, acknowledged: 600, lastError: null });
    expect(spans).toHaveLength(600);
  });

  it("does not hold up the run when it is down, and the count says what it missed", async () => {
    const { endpoint } = await collectorWith();
    await collector!.close();
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = "300";
    const { emitter } = await emitterOf(json(endpoint));
    for (let index = 0; index < 5000; index++) await emitter!.record(answered(), []);
    const outcome = await emitter!.close();
    expect(outcome).toMatchObject({ emitted: 5000, acknowledged: 0, endpoint: `${endpoint}/v1/traces` });
    expect(outcome.lastError).toContain("ECONNREFUSED");
  });

  it("may refuse a batch; the others still count", async () => {
    const { endpoint, spans } = await collectorWith((response, request, number) =>
      (number === 2 ? status(400, "Bad\u0085Request") : accept)(response, request, number),
    );
    const { emitter } = await emitterOf(json(endpoint));
    for (let index = 0; index < 512 * 3; index++) await emitter!.record(answered(), []);
    expect(await emitter!.close()).toMatchObject({
      emitted: 1536,
      acknowledged: 1024,
      lastError: "400 Bad Request",
    });
    expect(spans).toHaveLength(1024);
  });

  it.each(["http/json", "http/protobuf"])("may take a part of a batch, by %s", async (protocol) => {
    // ExportTraceServiceResponse{partial_success{rejected_spans: 2, error_message: "no"}} by the protobuf encoding.
    const binary = Buffer.from([0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f]);
    const text = JSON.stringify({ partialSuccess: { rejectedSpans: "2", errorMessage: "no" } });
    const { endpoint } = await collectorWith((response) =>
      response.writeHead(200).end(protocol === "http/json" ? text : binary),
    );
    const { emitter } = await emitterOf({ ...json(endpoint), OTEL_EXPORTER_OTLP_PROTOCOL: protocol });
    for (let index = 0; index < 5; index++) await emitter!.record(answered(), []);
    expect(await emitter!.close()).toMatchObject({ emitted: 5, acknowledged: 3, lastError: "no" });
  });
});

describe("the environment", () => {
  it("chooses protobuf unless it says JSON", async () => {
    const { endpoint, requests } = await collectorWith((response) => response.writeHead(200).end());
    const { emitter } = await emitterOf({ OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/` });
    await emitter!.record(answered(), []);
    expect(await emitter!.close()).toMatchObject({ emitted: 1, acknowledged: 1 });
    expect(requests[0]).toMatchObject({
      path: "/v1/traces",
      headers: { "content-type": "application/x-protobuf" },
    });
    expect(requests[0]!.body.includes("gatewright.case.id")).toBe(true);
  });

  it("names the resource", async () => {
    const { endpoint } = await collectorWith();
    const send = async () => {
      const { emitter } = await emitterOf(json(endpoint));
      await emitter!.record(answered(), []);
      await emitter!.close();
      return collector!.resource;
    };
    expect(await send()).toEqual({ "service.name": "gatewright", "service.version": "1.2.3" });
    process.env.OTEL_RESOURCE_ATTRIBUTES = "service.name=checks,deployment.environment.name=ci";
    expect(await send()).toEqual({
      "service.name": "checks",
      "service.version": "1.2.3",
      "deployment.environment.name": "ci",
    });
  });

  it("gives headers that are sent and never shown", async () => {
    process.env.OTEL_EXPORTER_OTLP_HEADERS = "x-team=s3cret-value%21";
    const { endpoint, requests } = await collectorWith((response, { headers }) =>
      response.writeHead(401, `who is ${headers["x-team"]} hunter2`).end(),
    );
    const address = endpoint.replace("//", "//user:passw0rd@");
    const env = {
      ...json(address),
      OTEL_EXPORTER_OTLP_HEADERS: process.env.OTEL_EXPORTER_OTLP_HEADERS,
    };
    const { emitter } = await emitterOf(env);
    await emitter!.record(answered(), []);
    const outcome = await emitter!.close();
    expect(requests[0]!.headers["x-team"]).toBe("s3cret-value!");
    expect(outcome).toMatchObject({
      endpoint: `${endpoint}/v1/traces`,
      lastError: "401 who is [redacted] [redacted]",
    });
    expect(JSON.stringify(outcome)).not.toMatch(/s3cret|passw0rd|hunter2/);
  });

  it("takes the address of traces as it is, before the common one", async () => {
    const { endpoint, requests } = await collectorWith();
    const own = {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/own?tenant=a`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json",
    };
    const { emitter } = await emitterOf({
      ...json("http://127.0.0.1:9"),
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      ...own,
    });
    await emitter!.record(answered(), []);
    expect(await emitter!.close()).toMatchObject({ acknowledged: 1, endpoint: `${endpoint}/own` });
    expect(requests[0]!.path).toBe("/own?tenant=a");
  });

  it.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_SDK_DISABLED: "True" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_TRACES_EXPORTER: "none" },
  ])("may want no traces: %j", async (env) => {
    expect(await emitterOf(env as Record<string, string>)).toEqual({ emitter: null, warnings: [] });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318 hunter2" }, "OTEL_EXPORTER_OTLP_ENDPOINT is no http or"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "ftp://a" }, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is no http or"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://a", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, `protocol "grpc"`],
  ])("may be wrong, which is a warning: %j", async (env, message) => {
    const { emitter, warnings } = await emitterOf(env as Record<string, string>);
    expect(emitter).toBeNull();
    expect(warnings).toEqual([expect.stringContaining(message)]);
    expect(warnings[0]).not.toContain("hunter2");
  });
});
