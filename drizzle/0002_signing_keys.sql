CREATE TABLE "signing_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"algorithm" text NOT NULL,
	"generation" integer NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"sealed_private_jwk" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"active_from" timestamp with time zone NOT NULL,
	"verify_until" timestamp with time zone,
	CONSTRAINT "signing_keys_generation_unique" UNIQUE("algorithm","generation")
);--> statement-breakpoint
CREATE TRIGGER "signing_keys_notify_changed" AFTER INSERT OR UPDATE OR DELETE ON "signing_keys" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_change"('keys', 'id');--> statement-breakpoint
CREATE TRIGGER "signing_keys_notify_emptied" AFTER TRUNCATE ON "signing_keys" FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_change"('keys');
