import { describe, expect, test } from "bun:test";

import { AppError } from "../../src/kernel/errors.ts";
import { createLane, type Lane } from "../../src/platform/password-hasher/lane.ts";
import { codeOf } from "../support/error-code.ts";
import { failureOf } from "../support/failure-of.ts";

/** A job of a test: it runs until it is told to end. */
interface Work {
  readonly result: Promise<string>;
  readonly client: AbortController;
  end(): void;
}

/** The code of a refusal, with the seconds after which to try again if there are any. */
function refusalOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  const { retryAfterSeconds } = error.detail;
  return retryAfterSeconds === undefined ? error.code : `${error.code} ${retryAfterSeconds}`;
}

/** Jobs of a lane, the names of those that started in their order, and how each one ended. */
function workOn(lane: Lane) {
  const started: string[] = [];
  return {
    started,
    add(name: string, source: string): Work {
      const gate = Promise.withResolvers<void>();
      const client = new AbortController();
      const admission = { source, account: name, signal: client.signal };
      const result = lane
        .run(admission, async () => {
          started.push(name);
          await gate.promise;
          return "done";
        })
        .catch(refusalOf);
      return { result, client, end: () => gate.resolve() };
    },
  };
}

describe("a client that hangs up", () => {
  // security 153
  test("while its job waits: the job never starts, and its place is free", async () => {
    const { add, started } = workOn(createLane({ concurrency: 1, waiting: 1 }));
    const first = add("first", "a");
    const second = add("second", "b");
    second.client.abort();
    expect(await second.result).toBe("VALIDATION_ERROR");
    const third = add("third", "c");
    first.end();
    third.end();
    expect([await first.result, await third.result]).toEqual(["done", "done"]);
    expect(started).toEqual(["first", "third"]);
  });

  // security 153
  test("before its job arrives: the job never starts, also when the lane is idle", async () => {
    const lane = createLane({ concurrency: 1, waiting: 1 });
    const signal = AbortSignal.abort();
    let hasRun = false;
    const job = lane.run({ source: "a", account: "x", signal }, async () => {
      hasRun = true;
    });
    expect(await codeOf(job)).toBe("VALIDATION_ERROR");
    expect(hasRun).toBe(false);
  });

  test("while its job runs: the job is finished, and the next one starts after it", async () => {
    const { add, started } = workOn(createLane({ concurrency: 1, waiting: 1 }));
    const first = add("first", "a");
    const second = add("second", "b");
    first.client.abort();
    await new Promise(setImmediate);
    expect(started).toEqual(["first"]);
    first.end();
    second.end();
    expect([await first.result, await second.result]).toEqual(["done", "done"]);
    expect(started).toEqual(["first", "second"]);
  });

  // Bad day: 75 clients give up, and the next one waits for the work of all of them.
  // security 153
  test("75 of them leave no work to the next one", async () => {
    const { add, started } = workOn(createLane({ concurrency: 1, waiting: 75 }));
    const first = add("first", "a");
    const gone = Array.from({ length: 75 }, (_, number) => add(`gone-${number}`, "b"));
    for (const { client } of gone) client.abort();
    const next = add("next", "b");
    first.end();
    next.end();
    expect(await next.result).toBe("done");
    expect(started).toEqual(["first", "next"]);
    const results = await Promise.all(gone.map(({ result }) => result));
    expect(new Set(results)).toEqual(new Set(["VALIDATION_ERROR"]));
  });
});

describe("a full lane", () => {
  // security 108
  test("refuses with OVERLOADED and a time, and the number of running and waiting jobs is exact", async () => {
    const { add, started } = workOn(createLane({ concurrency: 2, waiting: 3 }));
    const jobs = Array.from({ length: 9 }, (_, number) => add(String(number), "a"));
    await new Promise(setImmediate);
    expect(started).toEqual(["0", "1"]);
    for (const job of jobs) job.end();
    const results = await Promise.all(jobs.map(({ result }) => result));
    expect(results.filter((result) => result === "done")).toHaveLength(5);
    expect(results.filter((result) => result === "OVERLOADED 5")).toHaveLength(4);
  });

  // security 108
  test("has no place for further work, until some of it ends", async () => {
    const lane = createLane({ concurrency: 1, waiting: 1 });
    const { add } = workOn(lane);
    const owner = { source: "a", account: "x" };
    const first = add("first", "a");
    lane.assertPlace(owner);
    const second = add("second", "a");
    expect(() => lane.assertPlace(owner)).toThrow("Too many sign-ins at once.");
    first.end();
    await first.result;
    lane.assertPlace(owner);
    second.end();
    await second.result;
    lane.assertPlace(owner);
  });

  // security 153
  test("a displaced job gets OVERLOADED, and the one that displaces it runs", async () => {
    const { add, started } = workOn(createLane({ concurrency: 1, waiting: 2 }));
    const running = add("running", "a");
    const kept = add("kept", "a");
    const displaced = add("displaced", "a");
    const other = add("other", "b");
    expect(await displaced.result).toBe("OVERLOADED 5");
    // It waits no more, so that its client frees no second place.
    displaced.client.abort();
    for (const job of [running, kept, other]) job.end();
    expect(await Promise.all([running.result, kept.result, other.result])).toEqual([
      "done",
      "done",
      "done",
    ]);
    expect(started).toEqual(["running", "kept", "other"]);
  });

  test("a job that fails frees its place", async () => {
    const lane = createLane({ concurrency: 1, waiting: 1 });
    const admission = { source: "a", account: "x", signal: undefined };
    const failures = Array.from({ length: 2 }, () =>
      failureOf(lane.run(admission, () => Promise.reject(new Error("broken")))),
    );
    const messages = (await Promise.all(failures)).map(({ message }) => message);
    expect(messages).toEqual(["broken", "broken"]);
    expect(await lane.run(admission, async () => "done")).toBe("done");
  });
});
