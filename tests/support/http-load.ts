import { expect } from "bun:test";

import type { SignedInUser } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** What an answer of the load was, and how long it took. */
export interface LoadAnswer {
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | null;
  readonly milliseconds: number;
}

const recoveryMilliseconds = 5_000;

/** Callers who log in, validate, ask who they are and register, one request after the other, until `finish`. */
export function startHttpLoad(app: TestApp, user: SignedInUser, callers = 12) {
  const answers: LoadAnswer[] = [];
  let running = true;

  async function call(method: "GET" | "POST", path: string, json?: unknown): Promise<void> {
    const started = performance.now();
    const answer = await app.call(method, path, {
      bearer: user.accessToken,
      ...(json === undefined ? {} : { json }),
    });
    answers.push({
      path,
      status: answer.status,
      code: answer.json?.error?.code ?? "",
      retryAfter: answer.headers.get("retry-after"),
      milliseconds: performance.now() - started,
    });
    if (answer.status === 503) await Bun.sleep(10);
  }

  async function work(index: number): Promise<void> {
    for (let round = index; running; round += 1) {
      if (round % 4 === 0) await call("GET", "/api/v1/users/me");
      else if (round % 4 === 1)
        await call("POST", "/api/v1/auth/validate-token", { token: user.accessToken });
      else if (round % 4 === 2)
        await call("POST", "/api/v1/auth/login", { email: user.email, password: user.password });
      else {
        const email = `load-${Bun.randomUUIDv7()}@example.com`;
        await call("POST", "/api/v1/auth/register", { email, password: user.password });
      }
    }
  }
  const workers = Promise.all(Array.from({ length: callers }, (_, index) => work(index)));

  return {
    answers,
    /** Milliseconds until a request succeeds that was sent after this call; at most five seconds. */
    async nextSuccess(): Promise<number> {
      const start = performance.now();
      const succeeded = () =>
        answers.some(
          (answer, index) =>
            index >= before + callers && answer.status >= 200 && answer.status < 300,
        );
      const before = answers.length;
      while (!succeeded() && performance.now() - start < recoveryMilliseconds) await Bun.sleep(5);
      return performance.now() - start;
    },
    /** Ends the load and gives what was answered; fails where an answer was neither a success nor a proper 503. */
    async finish(): Promise<{
      successes: number;
      unavailable: number;
      slowestMilliseconds: number;
    }> {
      running = false;
      await workers;
      const failures = answers.filter(({ status }) => status >= 300);
      expect(
        failures.filter(({ status, code }) => status !== 503 || code !== "UNAVAILABLE"),
      ).toEqual([]);
      expect(failures.filter(({ retryAfter }) => retryAfter === null)).toEqual([]);
      return {
        successes: answers.length - failures.length,
        unavailable: failures.length,
        slowestMilliseconds: Math.max(...answers.map(({ milliseconds }) => milliseconds)),
      };
    },
  };
}
