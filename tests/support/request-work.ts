import { createCountedApp } from "./counted-app.ts";
import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";
import { watchHasher } from "./watch-hasher.ts";

/** What one request made the service do. */
export interface RequestWork {
  readonly status: number;
  /** Passwords hashed, and passwords compared with a hash or with none. */
  readonly hashed: number;
  readonly compared: number;
  readonly statements: number;
}

/** Sends a request of a test to the application that counts. */
type Send = (app: Pick<TestApp, "post">) => Promise<Answer>;

/**
 * The work of requests, sent one after the other to a replica that does nothing else. Equal work stands for equal time,
 * which `bun bench/main.ts "equal time"` measures: a test that measures fails on a busy machine.
 */
export async function workOf(app: TestApp, requests: readonly Send[]): Promise<RequestWork[]> {
  await using counted = createCountedApp(app);
  const hasher = watchHasher(counted);
  const target: Pick<TestApp, "post"> = {
    post: (path, json, call = {}) =>
      counted.call("POST", path, {
        json,
        ...(call.bearer === undefined ? {} : { bearer: call.bearer }),
      }),
  };
  const works: RequestWork[] = [];
  for (const send of requests) {
    const before = { ...hasher, compared: hasher.compared.length, statements: counted.statements };
    const { status } = await send(target);
    works.push({
      status,
      hashed: hasher.hashed - before.hashed,
      compared: hasher.compared.length - before.compared,
      statements: counted.statements - before.statements,
    });
  }
  return works;
}
