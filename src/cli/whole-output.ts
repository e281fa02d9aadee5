import { fstatSync, writeSync } from "node:fs";
import type { Output } from "./process.ts";

/**
 * Standard output that is either written whole or throws. Node writes to a file in one call and does not look how much of it was written: on a
 * disk that is full, a part of a report would pass for the whole.
 */
export function wholeOutput(stream: Output & { readonly fd: number }): Output {
  return isFile(stream.fd) ? { write: (text) => writeWhole(stream.fd, Buffer.from(text)) } : stream;
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
}
