CREATE TABLE "limit_counts" (
	"limit_name" text NOT NULL,
	"source" text NOT NULL,
	"points" integer NOT NULL,
	"total" integer NOT NULL,
	"blocks" integer NOT NULL,
	"window_ends_at" timestamp with time zone NOT NULL,
	"blocked_until" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "limit_counts_limit_name_source_pk" PRIMARY KEY("limit_name","source")
);
--> statement-breakpoint
CREATE INDEX "limit_counts_expires_index" ON "limit_counts" USING btree ("expires_at");--> statement-breakpoint
-- Replicas remember which sources are blocked. When the count of a blocked one is deleted, they forget all of them.
CREATE FUNCTION "gatehouse_notify_cleared_limit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('gatehouse_changes', 'limits:');
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "limit_counts_notify_cleared" AFTER DELETE ON "limit_counts" FOR EACH ROW
	WHEN (old.blocked_until IS NOT NULL)
	EXECUTE FUNCTION "gatehouse_notify_cleared_limit"();
