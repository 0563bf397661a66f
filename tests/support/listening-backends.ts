import postgres from "postgres";

/** The server's ends of the connections on which replicas listen for changes, listed and ended by an administrator. */
export interface ListeningBackends extends AsyncDisposable {
  pids(): Promise<number[]>;
  /** Ends all of them, as a failing network or an administrator would, and gives their number. */
  kill(): Promise<number>;
  /** Tells every replica something. */
  tell(payload: string): Promise<void>;
}

/** Those of the replicas of this name that use the database of this address. */
export function findListeningBackends(url: string, replica = "%"): ListeningBackends {
  const admin = postgres(url, { max: 1, onnotice: () => undefined });
  const name = `${replica} changes`;
  return {
    async pids() {
      const rows = await admin`
        select pid from pg_stat_activity
        where datname = current_database() and application_name like ${name}`;
      return rows.map((row) => Number(row["pid"]));
    },
    async kill() {
      const rows = await admin`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like ${name}`;
      return rows.length;
    },
    async tell(payload) {
      await admin`select pg_notify('gatehouse_changes', ${payload})`;
    },
    [Symbol.asyncDispose]: () => admin.end({ timeout: 1 }),
  };
}
