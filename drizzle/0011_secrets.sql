CREATE TABLE "signing_algorithms" (
	"generation" integer PRIMARY KEY NOT NULL,
	"algorithm" text NOT NULL,
	"active_from" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER "signing_algorithms_notify_changed" AFTER INSERT OR UPDATE OR DELETE ON "signing_algorithms" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('keys', 'algorithm');--> statement-breakpoint
CREATE TRIGGER "signing_algorithms_notify_emptied" AFTER TRUNCATE ON "signing_algorithms" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"('keys');--> statement-breakpoint
-- An installation that exists has signed with HS256 at first, and with each of its key pairs since.
INSERT INTO "signing_algorithms" ("generation", "algorithm", "active_from")
	SELECT 1, 'HS256', to_timestamp(0) WHERE EXISTS (SELECT FROM "users");--> statement-breakpoint
INSERT INTO "signing_algorithms" ("generation", "algorithm", "active_from")
	SELECT 1 + row_number() OVER (ORDER BY min("created_at")), "algorithm", date_trunc('second', min("created_at"))
	FROM "signing_keys" GROUP BY "algorithm";--> statement-breakpoint
ALTER TABLE "audit_chain" ADD COLUMN "keys" jsonb;--> statement-breakpoint
-- The newest of the sealed copies of the chain's only key; the next start seals it again.
UPDATE "audit_chain" SET "keys" = CASE cardinality("sealed_keys") WHEN 0 THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
	'after', jsonb_build_object('sequence', 0, 'hash', ''),
	'firstRow', NULL,
	'sealed', "sealed_keys"[cardinality("sealed_keys")]
)) END;--> statement-breakpoint
ALTER TABLE "audit_chain" ALTER COLUMN "keys" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_chain" DROP COLUMN "sealed_keys";
