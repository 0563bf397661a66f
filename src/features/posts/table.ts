import { sql } from "drizzle-orm";
import { bigint, index, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** Who may see a post: its author alone, or every signed-in user. */
export type Visibility = "private" | "public";

/** The posts of users. */
export const posts = pgTable(
  "posts",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    postData: text("post_data").notNull(),
    visibility: text("visibility").$type<Visibility>().notNull(),
    /** The number of the post's rows in `post_votes`; changes in the same statement as they do. */
    votes: integer("votes").notNull().default(0),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (table) => [
    index("posts_user_index").on(table.userId, table.id),
    index("posts_public_index")
      .on(table.id)
      .where(sql`${table.visibility} = 'public'`),
  ],
);

/** The votes for posts. */
export const postVotes = pgTable(
  "post_votes",
  {
    postId: bigint("post_id", { mode: "number" })
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    createdAt: timestamp("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.postId, table.userId] }),
    index("post_votes_user_index").on(table.userId),
  ],
);
