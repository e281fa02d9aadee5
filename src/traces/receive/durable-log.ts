import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/** A file that messages are appended to. */
export interface DurableLog {
  /** Appends a message behind its length. When the promise resolves, the message survives the death of the process and of the machine. */
  readonly append: (message: Buffer) => Promise<void>;
  /** Waits for what is being written and closes the file. */
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly message: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Opens a new file for messages, each behind its length in four bytes, big-endian. Messages that arrive while the disk is busy are
 * written together, so that one flush serves many.
 *
 * @throws an error of the file system, also where the file is there already.
 */
export async function durableLog(path: string): Promise<DurableLog> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx", 0o600);
  await flushFolder(dirname(path));
  let size = 0;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | null = null;

  const writeBatch = async (batch: readonly Waiting[]) => {
    const bytes = Buffer.concat(batch.flatMap(({ message }) => [lengthOf(message), message]));
    try {
      for (let done = 0; done < bytes.length; ) {
        done += (await file.write(bytes, done, bytes.length - done, size + done)).bytesWritten;
      }
      await file.datasync();
      size += bytes.length;
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // What was written in part is cut off again: a reader would stop there.
      await file.truncate(size).catch(() => {});
      for (const { reject } of batch) reject(error);
    }
  };
  const work = async () => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await writeBatch(batch);
    }
    writing = null;
  };
  return {
    append(message) {
      return new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject });
        writing ??= work();
      });
    },
    async close() {
      while (writing !== null) await writing;
      await file.close();
    },
  };
}

function lengthOf(message: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(message.length);
  return prefix;
}

/** The name of a new file must survive too. Not every system can flush a folder. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder);
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows opens no folders; there the file system's journal keeps names.
  }
}
