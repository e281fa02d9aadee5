// A model API in a process of its own: answers every chat completion after the latency that it is given. Prints its port.
import { createServer } from "node:http";

const latencyMs = Number(process.argv[2]);
const body = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "bench-1",
  choices: [
    { index: 0, message: { role: "assistant", content: "The parcel is on its way." }, finish_reason: "stop" },
  ],
  usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
});
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };

const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    setTimeout(() => {
      response.writeHead(200, headers);
      response.end(body);
    }, latencyMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.on("disconnect", () => process.exit(0));
