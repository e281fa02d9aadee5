/** Bytes that are no protobuf message, or end too early. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A place in a protobuf message. */
export interface Wire {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
}

/** The beginning of a message. */
export function wireOf(bytes: Buffer): Wire {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0 };
}

/** Kinds of values on the wire. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Reads an unsigned number of at most 53 bits; larger ones lose digits. */
export function readVarint(wire: Wire): number {
  const { bytes } = wire;
  let byte = bytes[wire.at++];
  if (byte === undefined) throw new WireError("the message ends inside a number");
  if (byte < 128) return byte;
  let value = byte & 127;
  let unit = 128;
  for (let i = 0; i < 9; i++) {
    byte = bytes[wire.at++];
    if (byte === undefined) throw new WireError("the message ends inside a number");
    value += (byte & 127) * unit;
    if (byte < 128) return value;
    unit *= 128;
  }
  throw new WireError("a number of more than ten bytes");
}

/** Reads a length and gives the place where the value ends. */
export function readEnd(wire: Wire, end: number): number {
  const length = readVarint(wire);
  const last = wire.at + length;
  if (last > end) throw new WireError("a length beyond the end of its message");
  return last;
}

/** Passes over a value. */
export function skip(wire: Wire, type: number, end: number): void {
  if (type === wireType.varint) readVarint(wire);
  else if (type === wireType.fixed64) wire.at += 8;
  else if (type === wireType.fixed32) wire.at += 4;
  else if (type === wireType.bytes) wire.at = readEnd(wire, end);
  else throw new WireError(`wire type ${type}`);
  if (wire.at > end) throw new WireError("a value beyond the end of its message");
}
