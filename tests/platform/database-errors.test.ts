import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, test } from "bun:test";

import {
  describeError,
  findDatabaseFault,
  isTransient,
  isUnavailable,
  violatedUniqueConstraint,
} from "../../src/platform/db/errors.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { useTestApp } from "../support/test-app.ts";

const secret = "hunter2-only-in-a-parameter";

describe.each([...databaseKinds])("the errors of %s", (database) => {
  const app = useTestApp({ database });

  beforeAll(async () => {
    await app.rows("create table guarded (word text constraint guarded_word_unique unique)");
  });

  const execute = (statement: ReturnType<typeof sql>) => app.platform.db.execute(statement);

  // security 121
  test("tell the log their SQLSTATE and constraint, and never a parameter", async () => {
    const insert = sql`insert into guarded values (${secret})`;
    await execute(insert);
    const error = await failureOf(execute(insert));
    expect(String(error)).toContain(secret);
    expect(violatedUniqueConstraint(error)).toBe("guarded_word_unique");
    expect(describeError(error)).toEqual({
      error: "DatabaseError",
      reason: "SQLSTATE 23505",
      sqlState: "23505",
      constraint: "guarded_word_unique",
      table: "guarded",
    });
    expect([isTransient(error), isUnavailable(error)]).toEqual([false, false]);
  });

  test("of an unknown column are not UNAVAILABLE", async () => {
    const error = await failureOf(execute(sql`select ${secret}::text, missing from guarded`));
    expect(findDatabaseFault(error)?.sqlState).toBe("42703");
    expect(isUnavailable(error)).toBe(false);
    expect(JSON.stringify(describeError(error))).not.toContain(secret);
  });
});

test.each([
  ["40001", true, false],
  ["40P01", true, false],
  ["57P01", false, true],
  ["53100", false, true],
  ["58030", false, true],
  ["25006", false, true],
  ["53300", false, true],
  ["08006", false, true],
  ["22021", false, false],
])("%s is told apart, however it is wrapped", (state, transient, unavailable) => {
  const raised = Object.assign(new Error(secret), { code: state });
  const wrapped = new Error("wrapped", { cause: raised });
  expect([isTransient(wrapped), isUnavailable(wrapped)]).toEqual([transient, unavailable]);
  expect(JSON.stringify(describeError(wrapped))).not.toContain(secret);
});

// The trap: the system's own codes are capitals too, and some have five of them.
test.each(["EROFS", "EAUTH", "EPIPE", "EBUSY"])("%s is no SQLSTATE", (code) => {
  expect(findDatabaseFault(Object.assign(new Error("of a file or socket"), { code }))).toBeNull();
});
