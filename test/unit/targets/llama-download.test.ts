import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveModelFile } from "node-llama-cpp";
import { afterEach, describe, expect, it } from "vitest";
import { modelPath } from "../../../src/targets/llama-download.ts";

// The library tries a host again for many minutes; whoever starts a run must hear soon that its model cannot be had.

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.gguf`;
}

const newFolder = () => mkdtempSync(join(tmpdir(), "gatewright-models-"));
const get = (model: string, modelsFolder: string, patienceMs = 500, tell?: (message: string) => void) =>
  modelPath("m", { resolveModelFile }, { model, modelsFolder }, { patienceMs, tell });

describe("a model behind a URI", () => {
  it.each([
    ["never answers", () => {}],
    [
      "ends each connection",
      (request) => {
        request.socket.destroy();
      },
    ],
    [
      "sends no byte of the file",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000000" });
        response.flushHeaders();
      },
    ],
  ] satisfies [string, RequestListener][])("is given up when its host %s", async (_, listener) => {
    const uri = await serve(listener);
    await expect(get(uri, newFolder())).rejects.toMatchObject({
      code: "TARGET_INVALID",
      message: `target "m": ${uri} cannot be downloaded: no byte came for 0.5 s`,
      hint: expect.stringContaining("give its path"),
    });
  });

  it("is downloaded whole, however long that takes, as long as bytes come", async () => {
    const bytes = Buffer.from("GGUF".repeat(1000));
    const uri = await serve(async (request, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      if (request.method === "HEAD") return void response.end();
      for (let at = 0; at < bytes.length; at += 1000) {
        response.write(bytes.subarray(at, at + 1000));
        await new Promise((done) => setTimeout(done, 700));
      }
      response.end();
    });
    const folder = newFolder();
    const said: string[] = [];
    const path = await get(uri, folder, 2000, (message) => said.push(message));
    expect(said.at(-1)).toBe('target "m": 100 % of 0.0 MB are downloaded');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
