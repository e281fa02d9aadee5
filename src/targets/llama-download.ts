import { messageOf } from "../core/errors.ts";
import { localPath } from "./llama-file.ts";
import { type LlamaLibrary, refused } from "./llama-library.ts";
import { isUri, type LlamaSettings } from "./llama-options.ts";

/** How a download is waited for. */
interface Waiting {
  /** Time without a single byte after which it is given up. */
  readonly patienceMs?: number;
  /** Is told how far it is. */
  readonly tell?: ((message: string) => void) | undefined;
}

const bytesPerMegabyte = 1e6;

/**
 * Path of the model's file; a URI is downloaded once by the library. That one tries a host that does not answer again for many minutes without a
 * word, so it is given up when no byte came for a while.
 *
 * @throws EvalsError `TARGET_INVALID` when it cannot be downloaded.
 */
export async function modelPath(
  target: string,
  library: Pick<LlamaLibrary, "resolveModelFile">,
  { model, modelsFolder }: Pick<LlamaSettings, "model" | "modelsFolder">,
  { patienceMs = 30_000, tell }: Waiting = {},
): Promise<string> {
  if (!isUri(model)) return localPath(model);
  const stall = new AbortController();
  const stalled = new Promise<never>((_, reject) => {
    stall.signal.addEventListener("abort", () => reject(stall.signal.reason));
  });
  const giveUp = () => stall.abort(new Error(`no byte came for ${patienceMs / 1000} s`));
  let timer = setTimeout(giveUp, patienceMs);
  let received = 0;
  let told = 0;
  const onProgress = ({ downloadedSize, totalSize }: { downloadedSize: number; totalSize: number }) => {
    if (downloadedSize <= received) return;
    received = downloadedSize;
    const tenth = Math.floor((10 * received) / Math.max(received, totalSize));
    if (tenth > told) {
      told = tenth;
      tell?.(
        `target "${target}": ${tenth * 10} % of ${(totalSize / bytesPerMegabyte).toFixed(1)} MB are downloaded`,
      );
    }
    clearTimeout(timer);
    timer = setTimeout(giveUp, patienceMs);
  };
  const folder = modelsFolder === undefined ? {} : { directory: modelsFolder };
  try {
    // The library obeys its signal only once bytes come.
    return await Promise.race([
      library.resolveModelFile(model, { cli: false, signal: stall.signal, onProgress, ...folder }),
      stalled,
    ]);
  } catch (error) {
    const message = `target "${target}": ${model} cannot be downloaded: ${messageOf(error)}`;
    throw refused(message, "check the URI and the connection, or download the file and give its path", error);
  } finally {
    clearTimeout(timer);
  }
}
