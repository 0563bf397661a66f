import type { Sql } from "postgres";

const millisecondsPerTick = 10;

/**
 * The processor time (user and system) that the whole Postgres server behind a connection has taken, in milliseconds: the
 * postmaster, its present children, and its children that have ended. The server must run on this machine.
 */
export async function postgresProcessorMilliseconds(sql: Sql): Promise<number> {
  const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const { parentPid } = await readStat(backend?.pid ?? Number.NaN);
  const children = await Bun.file(`/proc/${parentPid}/task/${parentPid}/children`).text();
  const postmaster = await readStat(parentPid);
  const stats = await Promise.all(children.trim().split(" ").map(Number).map(readStat));
  const ticks = stats.reduce((sum, { own }) => sum + own, postmaster.own + postmaster.ofEnded);
  return ticks * millisecondsPerTick;
}

/** `/proc/<pid>/stat` (proc_pid_stat(5)), times in ticks; zeros for a process that has ended. */
async function readStat(pid: number): Promise<{ parentPid: number; own: number; ofEnded: number }> {
  const line = await Bun.file(`/proc/${pid}/stat`)
    .text()
    .catch(() => "");
  // The fields after the name in brackets, which may contain anything: the first is field 3.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  return { parentPid: field(4), own: field(14) + field(15), ofEnded: field(16) + field(17) };
}
