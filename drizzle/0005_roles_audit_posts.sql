CREATE TABLE "post_votes" (
	"post_id" bigint NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "post_votes_post_id_user_id_pk" PRIMARY KEY("post_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "posts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "posts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" uuid NOT NULL,
	"post_data" text NOT NULL,
	"visibility" text NOT NULL,
	"votes" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "permissions" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_permissions" (
	"role" text NOT NULL,
	"permission" text NOT NULL,
	CONSTRAINT "role_permissions_role_permission_pk" PRIMARY KEY("role","permission")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "sequence" bigint;--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "hash" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "disabled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "post_votes" ADD CONSTRAINT "post_votes_post_id_posts_id_fk" FOREIGN KEY ("post_id") REFERENCES "public"."posts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "post_votes" ADD CONSTRAINT "post_votes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_role_roles_name_fk" FOREIGN KEY ("role") REFERENCES "public"."roles"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "post_votes_user_index" ON "post_votes" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "posts_user_index" ON "posts" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "posts_public_index" ON "posts" USING btree ("id") WHERE "posts"."visibility" = 'public';--> statement-breakpoint
-- What users were given until now goes on being a role.
INSERT INTO "roles" ("name", "description", "created_at", "updated_at")
	SELECT "name", "description", date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
	FROM (VALUES ('user', 'Every account has this role.'), ('admin', 'May do everything.')) AS built_in("name", "description")
	UNION ALL
	SELECT DISTINCT "role", NULL::text, date_trunc('milliseconds', now()), date_trunc('milliseconds', now())
	FROM "user_roles" WHERE "role" NOT IN ('user', 'admin');--> statement-breakpoint
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_role_roles_name_fk" FOREIGN KEY ("role") REFERENCES "public"."roles"("name") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "user_roles_role_index" ON "user_roles" USING btree ("role","user_id");--> statement-breakpoint
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_sequence_unique" UNIQUE("sequence");--> statement-breakpoint
-- Triggers for each statement may now have a subject of their own, too.
CREATE OR REPLACE FUNCTION "gatehouse_notify_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF tg_level = 'STATEMENT' THEN
		PERFORM pg_notify('gatehouse_changes', coalesce(tg_argv[0], 'all') || ':');
		RETURN NULL;
	END IF;
	-- A row that changes hands concerns both. Postgres tells the same thing once in a transaction.
	IF tg_op <> 'INSERT' THEN
		PERFORM pg_notify('gatehouse_changes', tg_argv[0] || ':' || (to_jsonb(old) ->> tg_argv[1]));
	END IF;
	IF tg_op <> 'DELETE' THEN
		PERFORM pg_notify('gatehouse_changes', tg_argv[0] || ':' || (to_jsonb(new) ->> tg_argv[1]));
	END IF;
	RETURN NULL;
END;
$$;--> statement-breakpoint
-- What a role allows concerns everybody: `roles:`.
CREATE TRIGGER "roles_notify_changed" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "roles" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"('roles');--> statement-breakpoint
CREATE TRIGGER "role_permissions_notify_changed" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "role_permissions" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"('roles');--> statement-breakpoint
CREATE TRIGGER "permissions_notify_changed" AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "permissions" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"('roles');--> statement-breakpoint
-- The last admin who lives and is not disabled stays one. Of two who take admins away at once the second waits for the lock, and
-- what she then counts is what the first has left. Before each row: what one statement does to several tables is then a step
-- after the other, of which none is passed over.
CREATE FUNCTION "gatehouse_keep_an_admin"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	concerned uuid := to_jsonb(old) ->> tg_argv[0];
BEGIN
	IF EXISTS (
		SELECT FROM "user_roles" JOIN "users" ON "users"."id" = "user_roles"."user_id"
		WHERE "user_roles"."role" = 'admin' AND "user_roles"."user_id" = concerned
		AND "users"."deleted_at" IS NULL AND "users"."disabled_at" IS NULL
	) THEN
		PERFORM FROM "roles" WHERE "name" = 'admin' FOR NO KEY UPDATE;
		IF NOT EXISTS (
			SELECT FROM "user_roles" JOIN "users" ON "users"."id" = "user_roles"."user_id"
			WHERE "user_roles"."role" = 'admin' AND "user_roles"."user_id" <> concerned
			AND "users"."deleted_at" IS NULL AND "users"."disabled_at" IS NULL
		) THEN
			RAISE EXCEPTION 'this would remove the last admin' USING ERRCODE = 'GH001';
		END IF;
	END IF;
	IF tg_op = 'DELETE' THEN
		RETURN old;
	END IF;
	RETURN new;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "user_roles_delete_keeps_an_admin" BEFORE DELETE ON "user_roles" FOR EACH ROW
	WHEN (old.role = 'admin')
	EXECUTE FUNCTION "gatehouse_keep_an_admin"('user_id');--> statement-breakpoint
CREATE TRIGGER "user_roles_update_keeps_an_admin" BEFORE UPDATE ON "user_roles" FOR EACH ROW
	WHEN (old.role = 'admin' AND (old.role, old.user_id) IS DISTINCT FROM (new.role, new.user_id))
	EXECUTE FUNCTION "gatehouse_keep_an_admin"('user_id');--> statement-breakpoint
CREATE TRIGGER "users_update_keeps_an_admin" BEFORE UPDATE ON "users" FOR EACH ROW
	WHEN (
		old.deleted_at IS NULL AND old.disabled_at IS NULL
		AND (new.deleted_at IS NOT NULL OR new.disabled_at IS NOT NULL)
	)
	EXECUTE FUNCTION "gatehouse_keep_an_admin"('id');--> statement-breakpoint
-- Before her roles go with her.
CREATE TRIGGER "users_delete_keeps_an_admin" BEFORE DELETE ON "users" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_keep_an_admin"('id');
