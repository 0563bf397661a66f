/** Linux counts CPU time for programs in hundredths of a second, whatever the kernel's own unit is. */
const ticksPerSecond = 100;

/** The CPU time of all ended processes that this one has started, and of those that these have started. Null where there is no /proc. */
export async function cpuSecondsOfChildren(): Promise<number | null> {
  const line = await Bun.file("/proc/self/stat")
    .text()
    .catch(() => null);
  if (line === null) return null;
  // The name of the program comes before, in parentheses; `cutime` and `cstime` are fields 16 and 17.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
