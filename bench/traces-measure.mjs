// One measurement of `bench/traces.ts` in a process of its own, so that peak memory is that of this work alone. Reads the compiled package.
// `node bench/traces-measure.mjs facts|parse|duckdb FILE [module]`; prints one line of JSON.
import { closeSync, openSync, readSync } from "node:fs";

const [, , what, file, module] = process.argv;

async function facts() {
  const { readTraceFacts } = await import("../dist/index.js");
  let traces = 0;
  const summary = await readTraceFacts([file], undefined, { onTrace: () => void traces++ });
  return { spans: summary.spans, traces, inputTokens: summary.inputTokens };
}

/** JSON.parse of each line and nothing else: what no reader by JSON.parse can go below. */
function parse() {
  const descriptor = openSync(file);
  const chunk = Buffer.alloc(1 << 20);
  let rest = Buffer.alloc(0);
  let spans = 0;
  for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
    const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      for (const group of JSON.parse(bytes.toString("utf8", from, end)).resourceSpans) {
        for (const scope of group.scopeSpans) spans += scope.spans.length;
      }
      from = end + 1;
    }
    rest = bytes.subarray(from);
  }
  closeSync(descriptor);
  return { spans };
}

/** DuckDB's read_json with the columns that are needed, and the sums of each trace in SQL; one thread. */
async function duckdb() {
  const { DuckDBInstance } = await import(module);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const attribute =
    "STRUCT(key VARCHAR, value STRUCT(stringValue VARCHAR, intValue VARCHAR, doubleValue DOUBLE))[]";
  const span = `STRUCT(traceId VARCHAR, spanId VARCHAR, parentSpanId VARCHAR, "name" VARCHAR, startTimeUnixNano VARCHAR, endTimeUnixNano VARCHAR, attributes ${attribute}, status STRUCT(code INTEGER))`;
  const columns = `{resourceSpans: 'STRUCT(resource STRUCT(attributes ${attribute}), scopeSpans STRUCT(spans ${span}[])[])[]'}`;
  const value = (name) => `list_filter(s.attributes, a -> a.key = '${name}')[1].value`;
  const result = await connection.runAndReadAll(`
    WITH groups AS (SELECT unnest(resourceSpans) AS g FROM read_json('${file.replaceAll("'", "''")}', format = 'newline_delimited',
        maximum_object_size = 2097152, columns = ${columns})),
      scopes AS (SELECT unnest(g.scopeSpans) AS c FROM groups),
      spans AS (SELECT unnest(c.spans) AS s FROM scopes),
      traces AS (SELECT s.traceId, count(*) AS spans, sum(TRY_CAST(${value("gen_ai.usage.input_tokens")}.intValue AS BIGINT)) AS tokens,
        max(CASE WHEN s.parentSpanId = '' THEN CAST(s.endTimeUnixNano AS BIGINT) - CAST(s.startTimeUnixNano AS BIGINT) END) AS latency,
        max(CASE WHEN s.parentSpanId = '' THEN s.status.code END) AS code,
        count(CASE WHEN ${value("gen_ai.operation.name")}.stringValue = 'execute_tool' THEN 1 END) AS tools,
        max(${value("app.route")}.stringValue) AS route, max(${value("app.user.tier")}.stringValue) AS tier
        FROM spans GROUP BY s.traceId)
    SELECT CAST(sum(spans) AS DOUBLE) AS spans, CAST(sum(tokens) AS DOUBLE) AS tokens, max(latency), max(code), sum(tools), max(route), max(tier) FROM traces`);
  const [row] = result.getRows();
  return { spans: Number(row[0]), inputTokens: Number(row[1]) };
}

const done = await { facts, parse, duckdb }[what]();
const { user, system } = process.cpuUsage();
const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ ...done, cpuSeconds: (user + system) / 1e6, peakRssMb })}\n`);
