ALTER TABLE "sessions" ADD COLUMN "browser_token_hash" text;--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_browser_token_unique" ON "sessions" USING btree ("browser_token_hash") WHERE "sessions"."browser_token_hash" is not null;--> statement-breakpoint
-- Replicas cache a session by the token of its cookie: one that was replaced is of no use on any of them.
CREATE OR REPLACE TRIGGER "sessions_notify_ended" AFTER UPDATE ON "sessions" FOR EACH ROW
	WHEN (
		old.ended_at IS DISTINCT FROM new.ended_at
		OR new.expires_at < old.expires_at
		OR new.absolute_expires_at < old.absolute_expires_at
		OR new.user_id <> old.user_id
		OR new.credentials_version <> old.credentials_version
		OR new.browser_token_hash IS DISTINCT FROM old.browser_token_hash
	)
	EXECUTE FUNCTION "gatehouse_notify_change"('session', 'id');
