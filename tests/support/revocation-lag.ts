import { goodPassword, type SignedInUser } from "./journey.ts";
import type { Right } from "./revocation-right.ts";
import { statusOfMe } from "./session-calls.ts";
import type { TestApp } from "./test-app.ts";

/** What was accepted after the response to the call that revoked a right. How long is measured by `bun bench/main.ts revocation`. */
export interface RevocationLag {
  /** Requests sent to the replica that took it, after that response, and still accepted. */
  readonly acceptedByItsOwn: number;
}

/** After so long every replica refuses, or never will. */
const patienceMilliseconds = 60_000;

/**
 * Uses a right at every replica, over and over, while it is taken at the first of them, and for as long afterwards as any
 * replica accepts it.
 */
export async function measureRevocation(
  replicas: readonly TestApp[],
  { path, bearer, revoke }: Right,
): Promise<RevocationLag> {
  const [own] = replicas;
  if (!own) throw new Error("no replica");
  const use = async (replica: TestApp): Promise<boolean> => {
    const { status } = await replica.call("GET", path, { bearer });
    if (status !== 200 && status !== 401 && status !== 403) throw new Error(`${path}: ${status}`);
    return status === 200;
  };
  const warmedUp = await Promise.all(replicas.map(use));
  if (!warmedUp.every(Boolean)) throw new Error("the right is gone already");

  let answeredAt = Number.POSITIVE_INFINITY;
  let acceptedByItsOwn = 0;

  async function probe(replica: TestApp): Promise<void> {
    for (;;) {
      const sentAt = performance.now();
      if (sentAt - answeredAt > patienceMilliseconds)
        throw new Error("the right is still accepted");
      const isAccepted = await use(replica);
      if (!isAccepted && sentAt >= answeredAt) return;
      if (!isAccepted || sentAt < answeredAt) continue;
      if (replica === own) acceptedByItsOwn += 1;
    }
  }
  const probing = replicas.map(probe);
  await revoke(own);
  answeredAt = performance.now();
  await Promise.all(probing);
  return { acceptedByItsOwn };
}

/** Callers who use tokens that are not revoked, and sign in and refresh now and then, until `finish`. */
export function startSessionLoad(replicas: readonly TestApp[], users: readonly SignedInUser[]) {
  const failures: string[] = [];
  let requests = 0;
  let running = true;

  function note(path: string, status: number): void {
    requests += 1;
    if (status !== 200) failures.push(`${path} ${status}`);
  }

  async function work(user: SignedInUser, index: number): Promise<void> {
    for (let turn = index; running; turn += 1) {
      const replica = replicas[turn % replicas.length];
      if (!replica) return;
      note("me", await statusOfMe(replica, user.accessToken));
      if (turn % 50 !== 0) continue;
      const body = { email: user.email, password: goodPassword };
      const signedIn = await replica.post("/api/v1/auth/login", body);
      note("login", signedIn.status);
      const { refresh_token } = signedIn.json.data;
      note("refresh", (await replica.post("/api/v1/auth/refresh", { refresh_token })).status);
    }
  }
  const workers = Promise.all(users.map(work));

  async function finish() {
    running = false;
    await workers;
    return { requests, failures };
  }

  return {
    finish,
    /** Ends the load also when the test fails, so that no stopped replica is called. */
    async [Symbol.asyncDispose]() {
      await finish();
    },
  };
}
