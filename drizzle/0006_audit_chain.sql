CREATE TABLE "audit_chain" (
	"id" integer PRIMARY KEY NOT NULL,
	"head_sequence" bigint NOT NULL,
	"head_hash" text NOT NULL,
	"checkpoint_sequence" bigint NOT NULL,
	"checkpoint_hash" text NOT NULL,
	"checkpoint_at" timestamp with time zone,
	"checkpoint_proof" text,
	"sealed_keys" text[] NOT NULL,
	CONSTRAINT "audit_chain_single_check" CHECK ("audit_chain"."id" = 1)
);
--> statement-breakpoint
DROP INDEX "audit_log_at_index";--> statement-breakpoint
DROP INDEX "audit_log_user_index";--> statement-breakpoint
ALTER TABLE "audit_log" ADD COLUMN "amr" text[];--> statement-breakpoint
CREATE INDEX "audit_log_action_index" ON "audit_log" USING btree ("action","id");--> statement-breakpoint
CREATE INDEX "audit_log_unsealed_index" ON "audit_log" USING btree ("at","id") WHERE "audit_log"."sequence" is null;--> statement-breakpoint
CREATE INDEX "audit_log_user_index" ON "audit_log" USING btree ("user_id","id");--> statement-breakpoint
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_sealed_check" CHECK (("audit_log"."sequence" is null) = ("audit_log"."hash" is null));--> statement-breakpoint
INSERT INTO "audit_chain" ("id", "head_sequence", "head_hash", "checkpoint_sequence", "checkpoint_hash", "sealed_keys")
	VALUES (1, 0, '', 0, '', '{}');--> statement-breakpoint
-- The audit log only grows. What changes it in another way is a mistake, or somebody's SQL that found its way in here. Whoever
-- owns the table can take these triggers away; what is done then, `gatehouse audit verify` finds.
CREATE FUNCTION "gatehouse_keep_audit_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'GH002';
END;
$$;--> statement-breakpoint
CREATE TRIGGER "audit_log_insert_unsealed" BEFORE INSERT ON "audit_log" FOR EACH ROW
	WHEN (new.sequence IS NOT NULL OR new.hash IS NOT NULL)
	EXECUTE FUNCTION "gatehouse_keep_audit_log"();--> statement-breakpoint
-- A row may be given its place in the chain, once.
CREATE TRIGGER "audit_log_keep_rows" BEFORE UPDATE ON "audit_log" FOR EACH ROW
	WHEN (
		old.sequence IS NOT NULL
		OR (
			old.id, old.at, old.action, old.result, old.actor_kind, old.actor_id, old.user_id, old.session_id, old.amr,
			old.ip_address, old.user_agent, old.request_id, old.detail
		) IS DISTINCT FROM (
			new.id, new.at, new.action, new.result, new.actor_kind, new.actor_id, new.user_id, new.session_id, new.amr,
			new.ip_address, new.user_agent, new.request_id, new.detail
		)
	)
	EXECUTE FUNCTION "gatehouse_keep_audit_log"();--> statement-breakpoint
CREATE TRIGGER "audit_log_keep_all" BEFORE TRUNCATE ON "audit_log" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_keep_audit_log"();--> statement-breakpoint
-- Rows go when the chain begins after them; the checkpoint is moved by the statement that deletes.
CREATE FUNCTION "gatehouse_keep_unexpired_audit_log"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		SELECT FROM "deleted" WHERE "sequence" IS NULL
		OR "sequence" > (SELECT coalesce(max("checkpoint_sequence"), 0) FROM "audit_chain")
	) THEN
		RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'GH002';
	END IF;
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "audit_log_keep_unexpired" AFTER DELETE ON "audit_log"
	REFERENCING OLD TABLE AS "deleted" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_keep_unexpired_audit_log"();
