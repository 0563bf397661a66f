-- Replicas remember what they know of a token's session and user. These triggers tell all of them, when a change is
-- committed, whoever made it: `session:<id>`, `user:<id>` or `all:` on the channel `gatehouse_changes`.
CREATE FUNCTION "gatehouse_notify_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF tg_level = 'STATEMENT' THEN
		PERFORM pg_notify('gatehouse_changes', 'all:');
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
-- Not at a refresh, which only lengthens a session's life; replicas see by themselves when it ends.
CREATE TRIGGER "sessions_notify_ended" AFTER UPDATE ON "sessions" FOR EACH ROW
	WHEN (
		old.ended_at IS DISTINCT FROM new.ended_at
		OR new.expires_at < old.expires_at
		OR new.absolute_expires_at < old.absolute_expires_at
		OR new.user_id <> old.user_id
	)
	EXECUTE FUNCTION "gatehouse_notify_change"('session', 'id');--> statement-breakpoint
-- Of one that had ended everybody knows: clearing up tells nobody anything.
CREATE TRIGGER "sessions_notify_deleted" AFTER DELETE ON "sessions" FOR EACH ROW
	WHEN (old.ended_at IS NULL)
	EXECUTE FUNCTION "gatehouse_notify_change"('session', 'id');--> statement-breakpoint
CREATE TRIGGER "users_notify_changed" AFTER UPDATE ON "users" FOR EACH ROW
	WHEN (old.* IS DISTINCT FROM new.*)
	EXECUTE FUNCTION "gatehouse_notify_change"('user', 'id');--> statement-breakpoint
CREATE TRIGGER "users_notify_deleted" AFTER DELETE ON "users" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('user', 'id');--> statement-breakpoint
CREATE TRIGGER "user_roles_notify_changed" AFTER INSERT OR UPDATE OR DELETE ON "user_roles" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('user', 'user_id');--> statement-breakpoint
CREATE TRIGGER "sessions_notify_emptied" AFTER TRUNCATE ON "sessions" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"();--> statement-breakpoint
CREATE TRIGGER "users_notify_emptied" AFTER TRUNCATE ON "users" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"();--> statement-breakpoint
CREATE TRIGGER "user_roles_notify_emptied" AFTER TRUNCATE ON "user_roles" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"();
