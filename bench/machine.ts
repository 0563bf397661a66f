import { arch, availableParallelism, cpus, release, totalmem } from "node:os";

/** What the numbers were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly system: string;
  readonly bun: string;
  /** Load average of the last minute at the start: above 0.5 others were working too. */
  readonly loadBefore: number;
}

/** Describes this machine. */
export async function describeMachine(): Promise<Machine> {
  const load = await Bun.file("/proc/loadavg")
    .text()
    .catch(() => "NaN");
  return {
    processor: cpus()[0]?.model ?? arch(),
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${arch()}`,
    bun: Bun.version,
    loadBefore: Number.parseFloat(load),
  };
}

/** The commit that is measured, with `-dirty` where files differ from it. */
export function describeCommit(): string {
  const { stdout } = Bun.spawnSync(["git", "describe", "--always", "--dirty", "--abbrev=12"]);
  return stdout.toString().trim() || "unknown";
}
