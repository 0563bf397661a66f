import { expect, test } from "bun:test";

import { findDatabaseFault } from "../../src/platform/db/errors.ts";
import { openAuditScene } from "../support/audit-scene.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";

const statements = [
  "update audit_log set result = 'success'",
  "update audit_log set result = 'success' where sequence is null",
  "update audit_log set detail = null",
  "update audit_log set at = at - interval '2 years'",
  "update audit_log set sequence = null, hash = null where sequence = 1",
  "update audit_log set hash = 'x' where sequence = 1",
  "delete from audit_log",
  "delete from audit_log where sequence = 1",
  "delete from audit_log where sequence is null",
  "truncate audit_log",
  `insert into audit_log (id, at, action, result, actor_kind, request_id, sequence, hash)
   values (gen_random_uuid(), now(), 'user.login', 'success', 'user', 'x', 3, 'x')`,
];

// The bad day: a fault of the service, or SQL that an attacker sends as the service.
// security 122
test.each([...databaseKinds])(
  "on %s the database refuses to change or delete a row",
  async (database) => {
    await using scene = await openAuditScene(database);
    await scene.write(2, { reason: "test" });
    await scene.seal();
    await scene.write(1);
    const before = await scene.rows("select * from audit_log order by id");
    expect(before).toHaveLength(3);
    for (const statement of statements) {
      const fault = findDatabaseFault(await failureOf(scene.rows(statement)));
      expect([statement, fault?.sqlState]).toEqual([statement, "GH002"]);
    }
    expect(await scene.rows("select * from audit_log order by id")).toEqual(before);
    await scene.rows("update audit_log set result = 'success' where false");
    await scene.rows("delete from audit_log where false");
  },
);
