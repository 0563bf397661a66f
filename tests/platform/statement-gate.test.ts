import { describe, expect, test } from "bun:test";

import { AppError } from "../../src/kernel/errors.ts";
import { systemRandom } from "../../src/kernel/random.ts";
import { createStatementGate, requestBudget } from "../../src/platform/db/statement-gate.ts";
import { codeOf } from "../support/error-code.ts";

/** A driver whose statements are settled by hand, in the order in which they were sent. */
function manualDriver() {
  const sent: PromiseWithResolvers<string>[] = [];
  return {
    sent,
    send: () => {
      const statement = Promise.withResolvers<string>();
      sent.push(statement);
      return statement.promise;
    },
  };
}

function databaseError(code: string): Error {
  return Object.assign(new Error("insert into users … secret"), { code });
}

describe("the statement gate", () => {
  test("sends at most its number of statements, and the next as soon as one is answered", async () => {
    const gate = createStatementGate({ random: systemRandom, concurrency: 2, timeoutSeconds: 5 });
    const { sent, send } = manualDriver();
    const results = ["a", "b", "c", "d"].map(() => gate.run(send));
    expect(sent).toHaveLength(2);
    sent[1]?.resolve("second");
    expect(await results[1]).toBe("second");
    await Bun.sleep(0);
    expect(sent).toHaveLength(3);
    for (const index of [0, 2]) sent[index]?.resolve("answered");
    expect(await results[2]).toBe("answered");
    sent[3]?.resolve("last");
    expect(await results[3]).toBe("last");
  });

  // The bad day: the server is frozen. Waiting callers are released, and the driver holds no more than before.
  test("fails every caller at the deadline, and sends nothing for callers that have left", async () => {
    const gate = createStatementGate({
      random: systemRandom,
      concurrency: 2,
      timeoutSeconds: 0.05,
    });
    const { sent, send } = manualDriver();
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(gate.run(send))));
    expect(new Set(codes)).toEqual(new Set(["UNAVAILABLE"]));
    expect(sent).toHaveLength(2);

    // The abandoned two keep their places until the driver settles them, however they end.
    expect(await codeOf(gate.run(send))).toBe("UNAVAILABLE");
    expect(sent).toHaveLength(2);
    sent[0]?.resolve("too late");
    sent[1]?.reject(databaseError("40001"));
    await Bun.sleep(0);
    const next = [gate.run(send), gate.run(send)];
    expect(sent).toHaveLength(4);
    for (const statement of sent.slice(2)) statement.resolve("in time");
    expect(await Promise.all(next)).toEqual(["in time", "in time"]);
  });

  test("has Retry-After, and nothing of the statement", async () => {
    const gate = createStatementGate({
      random: systemRandom,
      concurrency: 1,
      timeoutSeconds: 0.01,
    });
    const error: unknown = await gate.run(manualDriver().send).catch((thrown: unknown) => thrown);
    if (!(error instanceof AppError)) throw new Error("not an AppError");
    expect(error.detail.retryAfterSeconds).toBe(1);
    expect(error.message).toBe("The service is temporarily unavailable.");
  });

  // security 129
  test.each(["40001", "40P01"])(
    "sends again after %s at most three times, then gives up",
    async (code) => {
      let statements = 0;
      const gate = createStatementGate({
        random: systemRandom,
        concurrency: 1,
        timeoutSeconds: 5,
        onStatement: () => {
          statements += 1;
        },
      });
      const failing = (times: number) => {
        let failures = 0;
        return async () => {
          failures += 1;
          if (failures <= times) throw databaseError(code);
          return "done";
        };
      };
      expect(await gate.run(failing(3))).toBe("done");
      expect(statements).toBe(4);
      expect(await codeOf(gate.run(failing(4)))).toBe("UNAVAILABLE");
      expect(statements).toBe(8);
    },
  );

  test("does not send anything else again, and passes on what is the statement's own fault", async () => {
    const gate = createStatementGate({ random: systemRandom, concurrency: 1, timeoutSeconds: 5 });
    const outcomes = new Map([
      ["23505", "23505"],
      ["22021", "22021"],
      ["57P01", "UNAVAILABLE"],
      ["CONNECTION_CLOSED", "UNAVAILABLE"],
    ]);
    for (const [code, outcome] of outcomes) {
      let calls = 0;
      const send = async (): Promise<never> => {
        calls += 1;
        throw databaseError(code);
      };
      expect(await codeOf(gate.run(send))).toBe(outcome);
      expect(calls).toBe(1);
    }
    const throwing = (): Promise<never> => {
      throw databaseError("42601");
    };
    expect(await codeOf(gate.run(throwing))).toBe("42601");
    expect(await gate.run(async () => "its place is free again")).toBe("its place is free again");
  });
});

describe("a request's budget", () => {
  // The bad day: each statement is slow, none of them slow enough to be given up by itself.
  test("is shared by all of its statements, and nothing is sent when it is spent", async () => {
    const gate = createStatementGate({ random: systemRandom, concurrency: 2, timeoutSeconds: 30 });
    const budget = { wholeMilliseconds: 1000, leftMilliseconds: 1000 };
    await gate.run(() => Bun.sleep(50), budget);
    expect(budget.leftMilliseconds).toBeLessThan(960);
    const { sent, send } = manualDriver();
    // Without the budget the gate would give the statement up after 30 s.
    expect(await codeOf(gate.run(send, budget))).toBe("UNAVAILABLE");
    expect(sent).toHaveLength(1);

    sent[0]?.resolve("late");
    await Bun.sleep(0);
    expect(await codeOf(gate.run(send, budget))).toBe("UNAVAILABLE");
    expect(sent).toHaveLength(1);
  });

  test("leaves a part of the timeout for the response", () => {
    expect(requestBudget(5).leftMilliseconds).toBeLessThan(5000);
    expect(requestBudget(5).leftMilliseconds).toBeGreaterThan(4500);
  });

  // part of security 150
  test.each(["53100", "25006"])(
    "a write without space (%s) is unavailable for longer",
    async (state) => {
      const gate = createStatementGate({ random: systemRandom, concurrency: 1, timeoutSeconds: 5 });
      const failure: unknown = await gate
        .run(() => Promise.reject(databaseError(state)))
        .catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({ code: "UNAVAILABLE", detail: { retryAfterSeconds: 30 } });
    },
  );
});
