import type { ServerProcess } from "./executable.ts";
import { eventually } from "./eventually.ts";
import { freshEmail, goodPassword } from "./journey.ts";

/** A user with the tokens of their newest sign-in. */
interface LoadedUser {
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What a load was told by the servers. */
export interface FailoverLoad {
  signUp(at: ServerProcess): Promise<LoadedUser>;
  /** Waits until each replica has acknowledged some more writes. */
  someMore(): Promise<void>;
  /** Seconds from a time of `performance.now()` to the first write that each replica acknowledged after it. */
  recoveredAfter(milliseconds: number): Promise<number[]>;
  /** The addresses that were registered, the newest refresh token of each chain, and the statuses that were seen. */
  finish(): Promise<{ registered: string[]; tokens: string[]; statuses: Set<number> }>;
}

/** Callers of each replica who register, and refresh one session on and on, and who note each write that was acknowledged. */
export async function startFailoverLoad(
  replicas: readonly ServerProcess[],
  callersOfEach = 4,
): Promise<FailoverLoad> {
  const registered: string[] = [];
  const statuses = new Set<number>();
  const tokens = new Map<string, string>();
  const acknowledgedAt = replicas.map((): number[] => []);
  let running = true;

  const post = async (index: number, path: string, json: object) => {
    const answer = await replicas[index]?.post(`/api/v1/auth/${path}`, json);
    if (!answer) throw new Error("no such replica");
    statuses.add(answer.status);
    if (answer.status < 300) acknowledgedAt[index]?.push(performance.now());
    else await Bun.sleep(20);
    return answer;
  };

  async function signUp(at: ServerProcess): Promise<LoadedUser> {
    const index = replicas.indexOf(at);
    const json = { email: freshEmail(), password: goodPassword };
    await post(index, "register", json);
    const { status, text, json: answer } = await post(index, "login", json);
    if (status !== 200) throw new Error(`login: ${status} ${text}`);
    const { access_token: accessToken, refresh_token: refreshToken } = answer.data;
    return { email: json.email, accessToken, refreshToken };
  }

  async function work(index: number, name: string): Promise<void> {
    while (running) {
      const email = freshEmail();
      const made = await post(index, "register", { email, password: goodPassword });
      if (made.status === 201) registered.push(email);
      for (let round = 0; round < 5 && running; round += 1) {
        const refresh_token = tokens.get(name);
        const next = await post(index, "refresh", { refresh_token });
        if (next.status === 200) tokens.set(name, next.json.data.refresh_token);
      }
    }
  }

  const workers: Promise<void>[] = [];
  for (const [index, replica] of replicas.entries()) {
    for (let caller = 0; caller < callersOfEach; caller += 1) {
      const name = `${index}.${caller}`;
      tokens.set(name, (await signUp(replica)).refreshToken);
      workers.push(work(index, name));
    }
  }

  return {
    signUp,
    async someMore() {
      const before = acknowledgedAt.map(({ length }) => length);
      await eventually(
        () => acknowledgedAt.every(({ length }, index) => length > (before[index] ?? 0) + 20),
        Boolean,
        60,
      );
    },
    async recoveredAfter(milliseconds) {
      const first = (times: readonly number[]) => times.find((time) => time > milliseconds);
      await eventually(
        () => acknowledgedAt.every((times) => first(times) !== undefined),
        Boolean,
        60,
      );
      return acknowledgedAt.map((times) => ((first(times) ?? 0) - milliseconds) / 1000);
    },
    async finish() {
      running = false;
      await Promise.all(workers);
      return { registered, tokens: [...tokens.values()], statuses };
    },
  };
}
