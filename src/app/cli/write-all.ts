/** The part of a file that is used. */
interface WritableFile {
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
}

/** Writes all bytes after what was written before. The system may take fewer of them at a time. */
export async function writeAll(file: WritableFile, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const { bytesWritten } = await file.write(rest);
    if (bytesWritten === 0) throw new Error("the system took no part of what was written");
    rest = rest.subarray(bytesWritten);
  }
}
