CREATE TABLE "usernames" (
	"skeleton" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"released_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "usernames" ADD CONSTRAINT "usernames_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "usernames_user_index" ON "usernames" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "usernames_released_index" ON "usernames" USING btree ("released_at") WHERE "usernames"."released_at" is not null;--> statement-breakpoint
-- The ASCII part of the confusables of UTS #39 (0 and O, 1 and l and I, m and rn), for usernames that are the same in any case:
-- hence i as well. `usernameSkeleton` is the same for lines of an import.
CREATE FUNCTION "gatehouse_username_skeleton"("username" text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT replace(translate(lower("username" COLLATE "C"), '01l', 'oii'), 'm', 'rn')
$$;--> statement-breakpoint
-- Of earlier accounts that look alike the oldest has the name; the others keep theirs as long as they do not change it.
INSERT INTO "usernames" ("skeleton", "user_id")
	SELECT DISTINCT ON (1) "gatehouse_username_skeleton"("username"), "id" FROM "users"
	WHERE "username" IS NOT NULL AND "deleted_at" IS NULL ORDER BY 1, "created_at", "id";--> statement-breakpoint
INSERT INTO "usernames" ("skeleton", "user_id", "released_at")
	SELECT DISTINCT ON (1) "gatehouse_username_skeleton"("username"), "id", "deleted_at" FROM "users"
	WHERE "username" IS NOT NULL AND "deleted_at" IS NOT NULL ORDER BY 1, "deleted_at" DESC, "id"
	ON CONFLICT DO NOTHING;--> statement-breakpoint
-- Takes the new username, unless another account has it or a look-alike of it, or gave one up that is still in the table; then
-- reserves the old one. A concurrent statement waits at the key, and then finds which of the two it is.
CREATE FUNCTION "gatehouse_take_username"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	taken text := CASE WHEN new."deleted_at" IS NULL THEN "gatehouse_username_skeleton"(new."username") END;
	released timestamptz := now();
BEGIN
	IF taken IS NOT NULL THEN
		INSERT INTO "usernames" ("skeleton", "user_id") VALUES (taken, new."id")
			ON CONFLICT ("skeleton") DO UPDATE SET "released_at" = NULL
			WHERE "usernames"."user_id" = excluded."user_id";
		IF NOT FOUND THEN
			RAISE EXCEPTION 'another account has this username, or one that looks like it'
				USING ERRCODE = 'unique_violation', TABLE = 'usernames', CONSTRAINT = 'usernames_pkey';
		END IF;
	END IF;
	IF tg_op = 'INSERT' THEN
		RETURN NULL;
	END IF;
	-- The service's clock, where the service made the change.
	IF new."updated_at" IS DISTINCT FROM old."updated_at" THEN
		released := new."updated_at";
	END IF;
	UPDATE "usernames" SET "released_at" = released
		WHERE "user_id" = new."id" AND "released_at" IS NULL AND "skeleton" IS DISTINCT FROM taken;
	-- An account that changes its username again and again reserves the last five, not all of them.
	DELETE FROM "usernames" WHERE "skeleton" IN (
		SELECT "skeleton" FROM "usernames" WHERE "user_id" = new."id" AND "released_at" IS NOT NULL
		ORDER BY "released_at" DESC, "skeleton" OFFSET 5
	);
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "users_insert_takes_username" AFTER INSERT ON "users" FOR EACH ROW
	WHEN (new.username IS NOT NULL AND new.deleted_at IS NULL)
	EXECUTE FUNCTION "gatehouse_take_username"();--> statement-breakpoint
CREATE TRIGGER "users_update_takes_username" AFTER UPDATE OF "username", "deleted_at" ON "users" FOR EACH ROW
	WHEN (old.username IS DISTINCT FROM new.username OR (old.deleted_at IS NULL) <> (new.deleted_at IS NULL))
	EXECUTE FUNCTION "gatehouse_take_username"();--> statement-breakpoint
-- Whether any other user has a role. Volatile, so that it sees what was committed while the statement waited for a lock.
CREATE FUNCTION "gatehouse_role_has_other_users"("name" text, "self" uuid) RETURNS boolean LANGUAGE sql VOLATILE AS $$
	SELECT EXISTS (SELECT FROM "user_roles" WHERE "role" = "name" AND "user_id" <> "self")
$$;
