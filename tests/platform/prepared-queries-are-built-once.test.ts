import { asc, eq, isNull, type SQL, sql } from "drizzle-orm";
import { integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import { beforeAll, describe, expect, test } from "bun:test";

import { timestamp } from "../../src/platform/db/columns.ts";
import { asClient } from "../../src/platform/db/drizzle-internals.ts";
import { describeError, violatedUniqueConstraint } from "../../src/platform/db/errors.ts";
import { preparedQuery, type ParameterSource } from "../../src/platform/db/prepared-query.ts";
import { composeCommit } from "../../src/platform/db/commit.ts";
import { insertRow } from "../../src/platform/db/effects.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import { useTestDatabase } from "../support/test-database.ts";

const notes = pgTable("notes", {
  id: uuid("id").primaryKey(),
  at: timestamp("at").notNull(),
  words: text("words").array().notNull(),
  facts: jsonb("facts").$type<{ known: string }>(),
  reads: integer("reads").notNull(),
});

type Note = typeof notes.$inferSelect;

/** How often each was described, in this process. */
const described = { write: 0, read: 0 };

const write = preparedQuery((db, given: ParameterSource<Note>) => {
  described.write += 1;
  return db
    .insert(notes)
    .values({
      id: given((note) => note.id),
      at: given((note) => note.at),
      words: given((note) => note.words),
      facts: given((note) => note.facts),
      reads: given((note) => note.reads),
    })
    .returning();
});

/** Counts a reading and keeps what it was like as a note of its own. */
const read = preparedQuery((db, given: ParameterSource<{ id: string; copy: Note; now: Date }>) => {
  described.read += 1;
  const isDue = sql`${notes.at} <= ${given(({ now }) => now)}`;
  const query = db
    .update(notes)
    .set({ reads: sql`${notes.reads} + 1` })
    .where(sql`${notes.id} = ${given(({ id }) => id)} and ${isDue}`)
    .returning();
  const copyOf = (reads: SQL) =>
    insertRow(notes, {
      id: given((sent) => sent.copy.id),
      at: given((sent) => sent.copy.at),
      words: given((sent) => sent.copy.words),
      facts: given((sent) => sent.copy.facts),
      reads,
    });
  return composeCommit(db, { query }, ({ reads }) => [copyOf(reads)]).query();
});

function newNote(facts: Note["facts"] = null): Note {
  return { id: Bun.randomUUIDv7(), at: new Date(), words: ["a,b", '"c"'], facts, reads: 0 };
}

describe.each([...databaseKinds])("on %s a prepared query", (kind) => {
  const store = useTestDatabase(kind);

  beforeAll(async () => {
    await store.database.db.execute(
      sql`create table notes (id uuid primary key, at timestamptz not null, words text[] not null, facts jsonb, reads integer not null)`,
    );
  });

  test("is described once, and each time sent with the values of that time", async () => {
    const sent = [newNote(), newNote({ known: "yes" }), newNote()];
    for (const note of sent) {
      expect(await write(store.database.forRequest(), note)).toEqual([note]);
    }
    expect(described.write).toBe(1);
    const { db } = store.database;
    expect(await db.select().from(notes).orderBy(asc(notes.id))).toEqual(sent);
    // The trap: the JSON value `null`, which is something else than nothing.
    expect(await db.select().from(notes).where(isNull(notes.facts))).toHaveLength(2);
  });

  test("has its effects, of that time as well, for the rows that it changed", async () => {
    const { db } = store.database;
    const [note, copy, neverMade] = [newNote(), newNote({ known: "no" }), newNote()];
    await write(db, note);
    expect(await read(db, { id: note.id, copy, now: note.at })).toEqual([{ ...note, reads: 1 }]);
    const earlier = new Date(note.at.getTime() - 1);
    expect(await read(db, { id: note.id, copy: neverMade, now: earlier })).toEqual([]);
    expect(await db.select().from(notes).where(eq(notes.id, copy.id))).toEqual([
      { ...copy, reads: 1 },
    ]);
    expect(await db.select().from(notes).where(eq(notes.id, neverMade.id))).toEqual([]);
    expect(described.read).toBe(1);
  });

  test("passes the gate once, and fails as every other statement does", async () => {
    const note = newNote({ known: "hunter2-only-in-a-parameter" });
    const before = store.statements;
    await write(store.database.forRequest(), note);
    expect(store.statements - before).toBe(1);
    const error = await failureOf(write(store.database.forRequest(), note));
    expect(violatedUniqueConstraint(error)).toBe("notes_pkey");
    expect(JSON.stringify(describeError(error))).not.toContain("hunter2");
  });
});

// The bad day: the request that came first is over, and with it its time.
test("it is sent by the database's view that it is given, and by none of before", async () => {
  const sentBy: string[] = [];
  const view = (name: string) =>
    drizzle(
      asClient({
        options: { parsers: {}, serializers: {} },
        unsafe: () => ({
          async values() {
            sentBy.push(name);
            return [["found"]];
          },
        }),
      }),
    );
  const find = preparedQuery((db, given: ParameterSource<{ id: string }>) =>
    db
      .select({ words: sql<string>`words` })
      .from(notes)
      .where(eq(notes.id, sql`${given(({ id }) => id)}`)),
  );
  for (const name of ["first", "second"]) {
    expect(await find(view(name), { id: name })).toEqual([{ words: "found" }]);
  }
  expect(sentBy).toEqual(["first", "second"]);
});

describe("it is not sent, and says so,", () => {
  const neverSent = drizzle.mock();

  test("without one of its values", async () => {
    const find = preparedQuery((db, given: ParameterSource<{ id?: string }>) =>
      db
        .select()
        .from(notes)
        .where(sql`${notes.id} = ${given(({ id }) => id)}`),
    );
    expect((await failureOf(find(neverSent, {}))).message).toBe(
      "a value of a statement is missing",
    );
  });

  // The trap: how a list travels is known to its column alone.
  test("with a value that only a column can put into words", async () => {
    const find = preparedQuery((db, given: ParameterSource<{ words: string[] }>) =>
      db
        .select()
        .from(notes)
        .where(sql`${notes.words} = ${given(({ words }) => words)}`),
    );
    const failure = await failureOf(find(neverSent, { words: ["a"] }));
    expect(failure.message).toBe("a value of a statement needs its column");
  });

  test("where its rows are made of rows", async () => {
    const find = preparedQuery((db) => db.select({ note: { id: notes.id } }).from(notes));
    expect((await failureOf(find(neverSent, {}))).message).toBe("nested rows are not supported");
  });
});
