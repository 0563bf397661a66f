import { availableParallelism } from "node:os";

import { startLoad } from "./load.ts";
import { median } from "./median.ts";
import type { Measurement } from "./measurement.ts";
import {
  type PacedKind,
  pacedKinds,
  type PacedLoad,
  type PacedResult,
  runPacedLoad,
} from "./paced-load.ts";
import { percentile } from "./percentile.ts";
import { register, signIn, startBenchServer } from "./server.ts";

const perSecond = 200;
const seconds = 15;
const warmUpSeconds = 2;
const refreshedSessions = 32;

/** As many as are hashed and may wait (`LOGIN_QUEUE`): the queue is full all the time, and no sign-in is refused. */
const logInsInFlight = availableParallelism() + 64;

const targets: Record<PacedKind, number> = {
  "users/me": 25,
  "validate-token": 25,
  forward: 25,
  refresh: 100,
};

/**
 * P4: the 99th percentile of everything else while sign-ins take all that they can get, and the same with none. The others
 * share the cores with the hashing, so the rate is a modest one: what is measured is how long a request waits, not how many
 * fit in.
 */
export const saturation: Measurement = {
  name: "saturation",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres", { LOGIN_QUEUE: "64" });
    const { server } = running;
    const user = await register(server);

    /** With sessions of its own, opened before the queue is full. */
    async function prepare(): Promise<PacedLoad> {
      const { access: bearer } = await signIn(server, user);
      const sessions = await Promise.all(
        Array.from({ length: refreshedSessions }, () => signIn(server, user)),
      );
      const refreshTokens = sessions.map(({ refresh }) => refresh);
      return { url: server.url, perSecond, warmUpSeconds, seconds, bearer, refreshTokens };
    }

    const unloaded: PacedResult[] = [];
    const loaded: PacedResult[] = [];
    const logInsPerSecond: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      unloaded.push(await runPacedLoad(await prepare()));
      const prepared = await prepare();
      await using load = await startLoad({
        kind: "login",
        url: server.url,
        callers: logInsInFlight,
        user,
      });
      loaded.push(await runPacedLoad(prepared));
      const logIns = await load.finish();
      logInsPerSecond.push(logIns.answers / logIns.seconds);
    }

    return pacedKinds.map((kind) => {
      const p99 = (results: readonly PacedResult[]) =>
        results.map((result) => percentile(result[kind], 99));
      const before = median(p99(unloaded)).toFixed(1);
      return {
        id: "P4",
        what: `${kind}, 99th percentile while log-ins saturate`,
        value: median(p99(loaded)),
        unit: "ms",
        target: { atMost: targets[kind] },
        rounds: p99(loaded),
        note: `${before} ms with no log-ins; ${perSecond} requests/s beside ${median(logInsPerSecond).toFixed(1)} log-ins/s`,
      };
    });
  },
};
