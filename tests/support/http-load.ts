import { expect } from "bun:test";

import { eventually } from "./eventually.ts";
import type { SignedInUser } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** A response to the load. */
export interface LoadAnswer {
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | null;
}

/** A load that has not recovered by then never does. */
const recoverySeconds = 60;

/** Callers who log in, validate, ask who they are and register, one request after the other, until `finish`. */
export function startHttpLoad(app: TestApp, user: SignedInUser, callers = 12) {
  const answers: LoadAnswer[] = [];
  let running = true;

  async function call(method: "GET" | "POST", path: string, json?: unknown): Promise<void> {
    const answer = await app.call(method, path, {
      bearer: user.accessToken,
      ...(json === undefined ? {} : { json }),
    });
    answers.push({
      path,
      status: answer.status,
      code: answer.json?.error?.code ?? "",
      retryAfter: answer.headers.get("retry-after"),
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
    /** Waits until a request succeeds that was sent after this call. */
    async nextSuccess(): Promise<void> {
      const succeeded = () =>
        answers.some(
          (answer, index) =>
            index >= before + callers && answer.status >= 200 && answer.status < 300,
        );
      const before = answers.length;
      await eventually(succeeded, Boolean, recoverySeconds);
    },
    /** Ends the load and counts the responses; fails where one was neither a success nor a proper 503. */
    async finish(): Promise<{ successes: number; unavailable: number }> {
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
      };
    },
  };
}
