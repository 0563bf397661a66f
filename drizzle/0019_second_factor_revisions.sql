ALTER TABLE "passkey_challenges" ADD COLUMN "session_id" uuid;--> statement-breakpoint
-- An earlier end of a pause is known to replicas as soon as the deletion of a count is.
CREATE TRIGGER "limit_counts_notify_relieved" AFTER UPDATE ON "limit_counts" FOR EACH ROW
	WHEN (new.blocked_until < old.blocked_until)
	EXECUTE FUNCTION "gatehouse_notify_cleared_limit"();
