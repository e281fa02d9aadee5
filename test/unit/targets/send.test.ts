import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRequest } from "../../../src/targets/send.ts";

const said = JSON.stringify({ answer: "Ihr Paket ist unterwegs – €", more: "x".repeat(5000) });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

/** Answers by path; each is one that servers and proxies send. */
const answers: Record<string, RequestListener> = {
  "/echo": async (request, response) => {
    const { method, headers } = request;
    const text = await bodyOf(request);
    response.end(JSON.stringify({ method, text, type: headers["content-type"], key: headers["x-key"] }));
  },
  "/sized": (_, response) => {
    response.writeHead(200, { "content-length": Buffer.byteLength(said), "content-type": "text/plain" });
    response.end(said);
  },
  "/chunked": (_, response) => {
    response.write(said.slice(0, 100));
    response.end(said.slice(100));
  },
  "/gzip": (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync(said)),
  "/deflate": (_, response) => response.setHeader("content-encoding", "deflate").end(deflateSync(said)),
  "/brotli": (_, response) => response.setHeader("content-encoding", "br").end(brotliCompressSync(said)),
  "/twice": (_, response) => response.setHeader("x-seen", ["a", "b"]).end("{}"),
  "/none": (_, response) => response.writeHead(204).end(),
  "/unchanged": (_, response) => response.writeHead(304).end(),
  "/elsewhere": (_, response) => response.writeHead(307, { location: "/sized" }).end(),
  "/refused": (_, response) => response.writeHead(429, { "retry-after": "3" }).end("slow down"),
  "/cut-sized": (request, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("half", () => request.socket.destroy());
  },
  "/cut-chunked": (request, response) => {
    response.write("half", () => setTimeout(() => request.socket.destroy(), 20));
  },
  "/cut-gzip": (_, response) =>
    response.setHeader("content-encoding", "gzip").end(gzipSync(said).subarray(0, 30)),
  "/reset": (request) => request.socket.destroy(),
  "/endless": (_, response) => void response.write("beginning"),
};

let server: Server;
let base = "";
beforeAll(async () => {
  server = createServer((request, response) => void answers[request.url!]!(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

type Sender = (url: string, init: RequestInit & { body?: string }) => Promise<Response>;
const ours: Sender = (url, { method = "GET", headers = {}, body = null, signal = null }) =>
  sendRequest(url, { method, headers, body: body as string | null, signal });
const builtIn: Sender = (url, init) => fetch(url, { ...init, redirect: "manual" });

/** What a caller sees of an answer, or of the failure to get one. */
async function seen(send: Sender, path: string, init: RequestInit & { body?: string } = {}) {
  let response: Response;
  try {
    response = await send(`${base}${path}`, init);
  } catch (error) {
    return { rejects: (error as Error).constructor.name };
  }
  const { status, ok, headers } = response;
  const known = ["content-type", "content-length", "x-seen", "location", "retry-after"];
  const shown = Object.fromEntries(known.map((name) => [name, headers.get(name)]));
  try {
    return { status, ok, headers: shown, text: await response.text() };
  } catch (error) {
    return { status, ok, headers: shown, breaks: (error as Error).constructor.name };
  }
}

describe("sendRequest", () => {
  it.each(Object.keys(answers).filter((path) => path !== "/endless" && path !== "/cut-gzip"))(
    "sees of %s what Node's fetch sees",
    async (path) => {
      const found = await seen(ours, path);
      expect(found).toEqual(await seen(builtIn, path));
      if (/sized$|chunked$|gzip$|deflate$|brotli$/.test(path) && !path.startsWith("/cut")) {
        expect(found.text).toBe(said);
      }
      if (path.startsWith("/cut")) expect(found.breaks).toBe("TypeError");
    },
  );

  it("does not take half of a compressed answer for a whole one", async () => {
    expect(await seen(ours, "/cut-gzip")).toMatchObject({ status: 200, breaks: "TypeError" });
  });

  it("sends method, headers and body", async () => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", "X-Key": "k" },
      body: '{"ü":1}',
    };
    const found = await seen(ours, "/echo", init);
    expect(JSON.parse(found.text!)).toEqual({
      method: "POST",
      text: '{"ü":1}',
      type: "application/json",
      key: "k",
    });
  });

  it("rejects with the reason of its signal, before the answer and in the middle of it", async () => {
    const early = AbortSignal.abort(new Error("given up"));
    await expect(ours(`${base}/sized`, { signal: early })).rejects.toThrow("given up");
    const controller = new AbortController();
    const response = await ours(`${base}/endless`, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("too slow")), 20);
    await expect(response.text()).rejects.toThrow("too slow");
  });

  it("ends the connection of a body that nobody reads on", async () => {
    const closed = new Promise<void>((resolve) => {
      server.once("request", (request) => request.socket.once("close", () => resolve()));
    });
    const response = await ours(`${base}/endless`, {});
    for await (const _ of response.body!) break;
    await closed;
  });
});
