import { describe, expect, test } from "bun:test";

import { createFairQueue } from "../../src/platform/password-hasher/fair-queue.ts";

interface Job {
  readonly source: string;
  readonly account: string;
  readonly number: number;
}

/** Jobs as `source/account` and a number that counts the jobs of that owner: `a/x1`, `a/x2`. */
function jobsOf(...owners: readonly string[]): Job[] {
  const counts = new Map<string, number>();
  return owners.map((owner) => {
    const number = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, number);
    const [source = "", account = ""] = owner.split("/");
    return { source, account, number };
  });
}

const nameOf = (job: Job | null) => job && `${job.source}/${job.account}${job.number}`;

function queueWith(capacity: number, jobs: readonly Job[]) {
  const queue = createFairQueue<Job>(capacity);
  const displaced = jobs.map((job) => {
    const hasPlace = queue.hasPlaceFor(job);
    const displacedJob = queue.add(job);
    expect(hasPlace).toBe(displacedJob !== job);
    return nameOf(displacedJob);
  });
  return { queue, displaced };
}

/** Takes every job, in turn. */
function orderOf(queue: { take(): Job | null }): (string | null)[] {
  const order: (string | null)[] = [];
  for (let job = queue.take(); job !== null; job = queue.take()) order.push(nameOf(job));
  return order;
}

const times = (count: number, owner: string) => Array.from({ length: count }, () => owner);

describe("order", () => {
  // security 153
  test("sources take turns, whatever the number of their jobs", () => {
    const { queue } = queueWith(20, jobsOf(...times(4, "a/x"), "b/y", "c/z", "b/y"));
    expect(orderOf(queue)).toEqual(["a/x1", "b/y1", "c/z1", "a/x2", "b/y2", "a/x3", "a/x4"]);
  });

  // security 153
  test("the accounts of a source take turns within the turns of the source", () => {
    const { queue } = queueWith(20, jobsOf(...times(3, "a/x"), "a/y", "b/z", "a/y"));
    expect(orderOf(queue)).toEqual(["a/x1", "b/z1", "a/y1", "a/x2", "a/y2", "a/x3"]);
  });

  test("jobs of one account keep the order of their arrival", () => {
    const { queue } = queueWith(5, jobsOf(...times(4, "a/x")));
    expect(orderOf(queue)).toEqual(["a/x1", "a/x2", "a/x3", "a/x4"]);
  });

  // Attack: a source leaves the queue and comes back, to be the next each time.
  test("a source that comes back gets the last turn", () => {
    const [first, other, ...again] = jobsOf("a/x", "b/y", "a/x", "c/z");
    const { queue } = queueWith(
      5,
      [first, other].filter((job) => job !== undefined),
    );
    expect(nameOf(queue.take())).toBe("a/x1");
    for (const job of again) queue.add(job);
    expect(orderOf(queue)).toEqual(["b/y1", "a/x2", "c/z1"]);
  });

  test("an empty queue has no turn", () => {
    const { queue } = queueWith(5, []);
    expect(queue.take()).toBeNull();
  });

  test("the same account of two sources counts for each source alone", () => {
    const { queue } = queueWith(20, jobsOf("a/x", "a/x", "b/x"));
    expect(orderOf(queue)).toEqual(["a/x1", "b/x1", "a/x2"]);
  });
});

describe("a full queue", () => {
  // security 108, 153
  test("one source may use all of it, and gets no more", () => {
    const { queue, displaced } = queueWith(4, jobsOf(...times(6, "a/x")));
    expect(displaced).toEqual([null, null, null, null, "a/x5", "a/x6"]);
    expect(orderOf(queue)).toEqual(["a/x1", "a/x2", "a/x3", "a/x4"]);
  });

  // security 153
  test("a newcomer displaces the newest job of the source with the most", () => {
    const { queue, displaced } = queueWith(4, jobsOf("c/z", ...times(3, "a/x"), "b/y"));
    expect(displaced).toEqual([null, null, null, null, "a/x3"]);
    expect(orderOf(queue)).toEqual(["c/z1", "a/x1", "b/y1", "a/x2"]);
  });

  // security 153
  test("within that source the newest job of the account with the most is displaced", () => {
    const { queue, displaced } = queueWith(4, jobsOf(...times(3, "a/x"), "a/y", "b/z"));
    expect(displaced.at(-1)).toBe("a/x3");
    expect(orderOf(queue)).toEqual(["a/x1", "b/z1", "a/y1", "a/x2"]);
  });

  test("of accounts with as many jobs the newest one loses its job", () => {
    const { displaced } = queueWith(3, jobsOf("a/x", "a/y", "a/z", "b/w"));
    expect(displaced.at(-1)).toBe("a/z1");
  });

  // The same behind a proxy that is not trusted: all clients are one source.
  // security 153
  test("an account displaces the newest job of an account with more in the same source", () => {
    const { queue, displaced } = queueWith(4, jobsOf(...times(4, "a/x"), "a/y"));
    expect(displaced.at(-1)).toBe("a/x4");
    expect(orderOf(queue)).toEqual(["a/x1", "a/y1", "a/x2", "a/x3"]);
  });

  test("a newcomer displaces nothing once its source would have more jobs than the other", () => {
    const turns = Array.from({ length: 6 }, (_, turn) => (turn % 2 === 0 ? "a/x" : "b/y"));
    const { queue, displaced } = queueWith(4, jobsOf(...times(4, "c/z"), ...turns));
    expect(displaced.slice(4)).toEqual(["c/z4", "c/z3", "a/x2", "b/y2", "a/x3", "b/y3"]);
    expect(orderOf(queue)).toEqual(["c/z1", "a/x1", "b/y1", "c/z2"]);
  });

  // Attack: newcomers of ever new sources would otherwise displace each other's only job.
  test("a newcomer displaces no only job", () => {
    const { displaced } = queueWith(2, jobsOf("a/x", "b/y", "c/z"));
    expect(displaced).toEqual([null, null, "c/z1"]);
  });
});

describe("removal", () => {
  // security 153
  test("a removed job has no turn, and its place is free", () => {
    const jobs = jobsOf("a/x", "a/x", "b/y");
    const { queue } = queueWith(3, jobs);
    const [first, second, third] = jobs;
    if (!first || !second || !third) throw new Error("three jobs were made");
    expect([queue.remove(second), queue.remove(third)]).toEqual([true, true]);
    expect(jobsOf("c/z", "c/z").map((job) => queue.add(job))).toEqual([null, null]);
    expect(orderOf(queue)).toEqual(["a/x1", "c/z1", "c/z2"]);
  });

  test("a job that was taken, displaced or removed is not removed again", () => {
    const jobs = jobsOf("a/x", "a/x", "a/x", "b/y");
    const { queue, displaced } = queueWith(3, jobs);
    expect(displaced.at(-1)).toBe("a/x3");
    const [first, second, third, fourth] = jobs;
    if (!first || !second || !third || !fourth) throw new Error("four jobs were made");
    expect(queue.take()).toBe(first);
    expect(queue.remove(second)).toBe(true);
    expect([first, second, third].map((job) => queue.remove(job))).toEqual([false, false, false]);
    expect(orderOf(queue)).toEqual(["b/y1"]);
  });
});
