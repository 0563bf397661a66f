-- Replicas remember what they know of a token's session and user. These triggers tell all of them, when a change is
-- committed, whoever made it: `session:<id>` or `user:<id>` on the channel `gatehouse_changes`.
CREATE FUNCTION "gatehouse_notify_change"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	changed jsonb := CASE WHEN tg_op = 'DELETE' THEN to_jsonb(old) ELSE to_jsonb(new) END;
BEGIN
	PERFORM pg_notify('gatehouse_changes', tg_argv[0] || ':' || (changed ->> tg_argv[1]));
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "sessions_notify_ended" AFTER UPDATE ON "sessions" FOR EACH ROW
	WHEN (old.ended_at IS DISTINCT FROM new.ended_at)
	EXECUTE FUNCTION "gatehouse_notify_change"('session', 'id');--> statement-breakpoint
CREATE TRIGGER "sessions_notify_deleted" AFTER DELETE ON "sessions" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('session', 'id');--> statement-breakpoint
CREATE TRIGGER "users_notify_changed" AFTER UPDATE ON "users" FOR EACH ROW
	WHEN (old.* IS DISTINCT FROM new.*)
	EXECUTE FUNCTION "gatehouse_notify_change"('user', 'id');--> statement-breakpoint
CREATE TRIGGER "users_notify_deleted" AFTER DELETE ON "users" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('user', 'id');--> statement-breakpoint
CREATE TRIGGER "user_roles_notify_changed" AFTER INSERT OR UPDATE OR DELETE ON "user_roles" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('user', 'user_id');
