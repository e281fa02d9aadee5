/** The bytes of a file that were read and not yet used. */
export class ByteQueue {
  private readonly source: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);
  private from = 0;
  private until = 0;
  /** Bytes of the file before the ones that are held. */
  offset = 0;
  /** True when the source has no more. */
  isEnded = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** What is held. Valid until the next call of `more`. */
  get bytes(): Buffer {
    return this.held.subarray(this.from, this.until);
  }

  /** Number of bytes that are held. */
  get length(): number {
    return this.until - this.from;
  }

  /** Holds more bytes; false when there are none. */
  async more(): Promise<boolean> {
    const { value, done } = await this.source.next();
    if (done === true) {
      this.isEnded = true;
      return false;
    }
    const needed = this.length + value.length;
    if (needed > this.held.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(needed * 2, this.length + (8 << 20))));
      this.held.copy(larger, 0, this.from, this.until);
      this.held = larger;
    } else if (this.until + value.length > this.held.length) {
      this.held.copyWithin(0, this.from, this.until);
    } else {
      value.copy(this.held, this.until);
      this.until += value.length;
      return true;
    }
    this.until -= this.from;
    this.from = 0;
    value.copy(this.held, this.until);
    this.until += value.length;
    return true;
  }

  /** Holds at least so many bytes, unless the file ends before. */
  async atLeast(bytes: number): Promise<boolean> {
    while (this.length < bytes) if (!(await this.more())) return false;
    return true;
  }

  /** Forgets bytes from the front. */
  use(bytes: number): void {
    this.from += bytes;
    this.offset += bytes;
  }

  /** Ends the reading of the source. */
  async close(): Promise<void> {
    await this.source.return?.();
  }
}
