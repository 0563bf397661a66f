import { eq, sql } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import { beforeAll, beforeEach, describe, expect, test } from "bun:test";

import {
  commit,
  type CommitContext,
  composeCommit,
  preparedCommit,
} from "../../src/platform/db/commit.ts";
import { findWrite } from "../../src/platform/db/drizzle-internals.ts";
import {
  always,
  deleteRows,
  type Effect,
  followed,
  insertRow,
  once,
  updateRows,
  upsertRow,
  when,
} from "../../src/platform/db/effects.ts";
import type { ParameterSource } from "../../src/platform/db/prepared-query.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { useTestDatabase } from "../support/test-database.ts";

const accounts = pgTable("accounts", {
  id: text("id").primaryKey(),
  owner: text("owner_name").notNull(),
  version: integer("version").notNull(),
});

const notes = pgTable("notes", { note: text("note").notNull(), about: text("about") });

describe.each([...databaseKinds])("on %s", (kind) => {
  const store = useTestDatabase(kind);
  let ctx: CommitContext;
  /** What caches and workers were told, in order. */
  let told: string[];

  beforeAll(async () => {
    const { db } = store.database;
    await db.execute(
      sql`create table accounts (id text primary key, owner_name text not null, version integer not null)`,
    );
    await db.execute(sql`create table notes (note text not null, about text)`);
  });

  beforeEach(async () => {
    told = [];
    const { db } = store.database;
    ctx = {
      db,
      changes: { announce: ({ subject, id }) => told.push(`${subject}:${id}`) },
      outboxWritten: () => told.push("outbox"),
    };
    await db.delete(notes);
    await db.delete(accounts);
    await db.insert(accounts).values([
      { id: "a", owner: "Ada", version: 1 },
      { id: "b", owner: "Bob", version: 1 },
    ]);
  });

  /** Gives an account its next version, as long as it has this one. */
  function changeOf(id: string, version = 1) {
    const query = ctx.db
      .update(accounts)
      .set({ version: version + 1 })
      .where(sql`${accounts.id} = ${id} and ${accounts.version} = ${version}`)
      .returning({ id: accounts.id, owner: accounts.owner, version: accounts.version });
    const announce = (row: { id: string }) => ({ subject: "user", id: row.id }) as const;
    return { query, announce };
  }

  function mail(note: string): Effect {
    return { ...insertRow(notes, { note }), wakes: "notes" };
  }

  async function allNotes(): Promise<(string | null)[][]> {
    const rows = await ctx.db.select().from(notes).orderBy(notes.note, notes.about);
    return rows.map(({ note, about }) => [note, about]);
  }

  test("effects read the columns of the changed row, by the names of its fields", async () => {
    const rows = await commit(ctx, changeOf("a"), ({ id, owner, version }) => [
      insertRow(notes, { note: owner, about: sql`${id} || ${version}::text` }),
      // The column of the same name in the inner table is another one.
      insertRow(notes, {
        note: sql`(select max(${accounts.owner}) from ${accounts} where ${accounts.id} <> ${id})`,
      }),
    ]);
    expect(rows).toEqual([{ id: "a", owner: "Ada", version: 2 }]);
    expect(await allNotes()).toEqual([
      ["Ada", "a2"],
      ["Bob", null],
    ]);
    expect(told).toEqual(["user:a"]);
  });

  test("a misspelt column does not compile", () => {
    // @ts-expect-error The row has no such column.
    composeCommit(drizzle.mock(), changeOf("a"), ({ ownr }) => [insertRow(notes, { note: ownr })]);
  });

  test("if an effect fails, the change is not written, and no cache or worker is told", async () => {
    const failure = await failureOf(
      commit(ctx, changeOf("a"), () => [
        mail("kept"),
        insertRow(notes, { note: sql`1 / (length(${"x"}::text) - 1)` }),
      ]),
    );
    expect(failure).toBeInstanceOf(Error);
    expect(await allNotes()).toEqual([]);
    expect(await ctx.db.select().from(accounts).where(eq(accounts.version, 2))).toEqual([]);
    expect(told).toEqual([]);
  });

  test("a prepared commit refuses an effect whose announcement is that of its first input", async () => {
    const announcing: Effect = {
      ...insertRow(notes, { note: "x" }),
      announces: { subject: "user", id: "a" },
    };
    const send = preparedCommit((db, parameter: ParameterSource<string>) =>
      composeCommit(
        db,
        {
          query: db
            .update(accounts)
            .set({ version: 2 })
            .where(
              eq(
                accounts.id,
                parameter((id) => id),
              ),
            )
            .returning({ id: accounts.id }),
        },
        () => [announcing],
      ),
    );
    expect(await failureOf(send(ctx, "a"))).toMatchObject({
      message: expect.stringContaining("announces a change"),
    });
    expect(await allNotes()).toEqual([]);
  });

  test("a change whose guard does not hold has no effects, and announces nothing", async () => {
    expect(await commit(ctx, changeOf("a", 7), () => [mail("changed")])).toEqual([]);
    expect(await allNotes()).toEqual([]);
    expect(told).toEqual([]);
  });

  test("a returned row of a refused attempt is not announced, and wakes the workers of its effects", async () => {
    const change = { ...changeOf("a"), isMade: () => false };
    expect(await commit(ctx, change, () => [mail("refused")])).toHaveLength(1);
    expect(told).toEqual(["outbox"]);
  });

  test("an effect runs for each row, once, for some rows, or always; each row is announced", async () => {
    const query = ctx.db.update(accounts).set({ version: 2 }).returning({ id: accounts.id });
    const announce = (row: { id: string }) => ({ subject: "session", id: row.id }) as const;
    const rows = await commit(ctx, { query, announce }, ({ id }, changed) => [
      insertRow(notes, { note: "each", about: id }),
      once(insertRow(notes, { note: "once" })),
      ...when(sql`${id} = 'b'`, [insertRow(notes, { note: "some", about: id })]),
      always(insertRow(notes, { note: "count", about: sql`(select count(*) from ${changed})` })),
    ]);
    expect(rows).toHaveLength(2);
    expect(await allNotes()).toEqual([
      ["count", "2"],
      ["each", "a"],
      ["each", "b"],
      ["once", null],
      ["some", "b"],
    ]);
    expect(told.toSorted()).toEqual(["session:a", "session:b"]);

    told = [];
    await ctx.db.delete(accounts);
    await commit(ctx, { query: ctx.db.delete(accounts).returning(), announce }, (_row, changed) => [
      once(insertRow(notes, { note: "never" })),
      always(insertRow(notes, { note: "count", about: sql`(select count(*) from ${changed})` })),
    ]);
    expect((await allNotes()).slice(0, 2)).toEqual([
      ["count", "0"],
      ["count", "2"],
    ]);
    expect(told).toEqual([]);
  });

  test("an effect has effects of its own, for the rows that it returns", async () => {
    const query = ctx.db.select({ id: accounts.id }).from(accounts).for("update");
    await commit(ctx, { query }, ({ id }) => [
      followed(
        updateRows(accounts, { version: 9 }, sql`${accounts.id} = ${id} and ${id} = 'a'`),
        { owner: accounts.owner, newVersion: accounts.version },
        ({ owner, newVersion }) => [
          insertRow(notes, { note: owner, about: sql`${newVersion}::text` }),
        ],
      ),
    ]);
    expect(await allNotes()).toEqual([["Ada", "9"]]);
  });

  test("an upsert inserts a row or replaces the columns that it names", async () => {
    const store = (version: number) =>
      commit(ctx, { query: ctx.db.insert(notes).values({ note: "x" }).returning() }, () =>
        ["a", "c"].map((id) =>
          upsertRow(
            accounts,
            { id, owner: "new", version },
            { key: [accounts.id], replace: [accounts.version], rows: id },
          ),
        ),
      );
    await store(5);
    expect(await ctx.db.select().from(accounts).orderBy(accounts.id)).toEqual([
      { id: "a", owner: "Ada", version: 5 },
      { id: "b", owner: "Bob", version: 1 },
      { id: "c", owner: "new", version: 5 },
    ]);
  });

  test("a prepared query is composed once, and announces and wakes each time", async () => {
    let composed = 0;
    const change = preparedCommit((db, given: ParameterSource<{ id: string }>) => {
      composed += 1;
      const query = db
        .update(accounts)
        .set({ version: sql`${accounts.version} + 1` })
        .where(eq(accounts.id, sql`${given(({ id }) => id)}`))
        .returning({ id: accounts.id, version: accounts.version });
      const announce = (row: { id: string }) => ({ subject: "user", id: row.id }) as const;
      return composeCommit(db, { query, announce }, () => [mail("prepared")]);
    });
    expect(await change(ctx, { id: "a" })).toEqual([{ id: "a", version: 2 }]);
    expect(await change(ctx, { id: "b" })).toEqual([{ id: "b", version: 2 }]);
    expect(await change(ctx, { id: "unknown" })).toEqual([]);
    expect(composed).toBe(1);
    expect(told).toEqual(["user:a", "outbox", "user:b", "outbox"]);
  });
});

describe("a statement in which two parts could change the same row", () => {
  const db = drizzle.mock();
  const where = eq(accounts.id, "a");
  const update = updateRows(accounts, { version: 2 }, where);
  const deletion = deleteRows(accounts, where);
  const upsert = upsertRow(
    accounts,
    { id: "a", owner: "Ada", version: 1 },
    { key: [accounts.id], replace: [accounts.version] },
  );
  const insert = insertRow(accounts, { id: "c", owner: "Cid", version: 1 });
  const note = insertRow(notes, { note: "x" });
  const returning = { id: accounts.id };
  const select = db.select(returning).from(accounts);
  const changes = {
    update: db.update(accounts).set({ version: 2 }).returning(returning),
    delete: db.delete(accounts).returning(returning),
    upsert: db
      .insert(accounts)
      .values({ id: "a", owner: "Ada", version: 1 })
      .onConflictDoUpdate({ target: accounts.id, set: { version: 2 } })
      .returning(returning),
  };
  const twice = "one statement would change rows of accounts twice";

  test.each(Object.entries(changes))("is not composed: %s, with another change", (_name, query) => {
    for (const effect of [update, deletion, upsert]) {
      expect(() => composeCommit(db, { query }, () => [note, effect])).toThrow(twice);
      const nested = followed(note, { note: notes.note }, () => [effect]);
      expect(() => composeCommit(db, { query }, () => [nested])).toThrow(twice);
    }
  });

  test("is not composed: two effects, of which one may be conditional", () => {
    for (const effect of [update, deletion, upsert]) {
      const effects = [deletion, ...when(sql`false`, [once(effect)])];
      expect(() => composeCommit(db, { query: select }, () => effects)).toThrow(twice);
    }
  });

  test("is not composed: one change names its rows, and the other does not, or the same ones", () => {
    const named = deleteRows(accounts, where, "old");
    for (const other of [update, deleteRows(accounts, where, "old")]) {
      expect(() => composeCommit(db, { query: select }, () => [named, other])).toThrow(twice);
    }
  });

  test("is composed if one part inserts, or each names other rows, or the tables differ", () => {
    const others = [insert, insert, deleteRows(notes, sql`true`), note, note];
    composeCommit(db, { query: changes.update }, () => others);
    const named = [deleteRows(accounts, where, "old"), deleteRows(accounts, where, "new")];
    composeCommit(db, { query: select }, () => named);
    const inserted = db
      .insert(accounts)
      .values({ id: "d", owner: "Dan", version: 1 })
      .onConflictDoNothing()
      .returning(returning);
    composeCommit(db, { query: inserted }, () => [update]);
  });

  // Fails when another version of Drizzle keeps the table of a statement elsewhere.
  test("is found because Drizzle's statements tell their table", () => {
    for (const query of Object.values(changes)) {
      expect(findWrite(query)).toEqual({ table: accounts, kind: "change" });
    }
    const values = { id: "d", owner: "Dan", version: 1 };
    const insertion = db.insert(accounts).values(values);
    expect(findWrite(insertion.returning())).toEqual({ table: accounts, kind: "insert" });
    expect(findWrite(insertion.onConflictDoNothing())).toEqual({ table: accounts, kind: "insert" });
    expect(findWrite(select)).toBeNull();
  });
});
