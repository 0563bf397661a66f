CREATE SEQUENCE "event_positions";--> statement-breakpoint
-- The same for all events of a transaction: the order in which Postgres runs the parts of a statement is not defined. The setting
-- ends with the transaction.
CREATE FUNCTION "gatehouse_event_position"() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	"position" text := current_setting('gatehouse.event_position', true);
BEGIN
	IF "position" IS NULL OR "position" = '' THEN
		"position" := nextval('event_positions')::text;
		PERFORM set_config('gatehouse.event_position', "position", true);
	END IF;
	RETURN "position"::bigint;
END;
$$;--> statement-breakpoint
CREATE TABLE "event_deliveries" (
	"event_id" uuid NOT NULL,
	"destination_id" text NOT NULL,
	"key" uuid NOT NULL,
	"position" bigint NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"available_at" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"response_status" integer,
	"delivered_at" timestamp with time zone,
	"dead_at" timestamp with time zone,
	CONSTRAINT "event_deliveries_event_id_destination_id_pk" PRIMARY KEY("event_id","destination_id")
);
--> statement-breakpoint
CREATE TABLE "event_destinations" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"types" text[],
	"created_at" timestamp with time zone NOT NULL,
	"disabled_at" timestamp with time zone,
	"disabled_reason" text,
	"retry_at" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"last_delivered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"user_id" uuid NOT NULL,
	"position" bigint DEFAULT gatehouse_event_position() NOT NULL,
	"payload" jsonb NOT NULL,
	"sealed" text,
	"sealed_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "event_deliveries" ADD CONSTRAINT "event_deliveries_event_id_events_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."events"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "event_deliveries_due_index" ON "event_deliveries" USING btree ("destination_id","available_at","position") WHERE "event_deliveries"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "event_deliveries_key_index" ON "event_deliveries" USING btree ("destination_id","key","position","event_id") WHERE "event_deliveries"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "event_deliveries_delivered_index" ON "event_deliveries" USING btree ("delivered_at") WHERE "event_deliveries"."delivered_at" is not null;--> statement-breakpoint
CREATE INDEX "event_deliveries_dead_index" ON "event_deliveries" USING btree ("dead_at") WHERE "event_deliveries"."dead_at" is not null;--> statement-breakpoint
CREATE INDEX "events_created_index" ON "events" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "events_sealed_index" ON "events" USING btree ("sealed_until") WHERE "events"."sealed" is not null;--> statement-breakpoint
-- Relays on every replica send new deliveries at once. No row, no notification: statements run without a destination too.
CREATE FUNCTION "gatehouse_notify_delivery"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM inserted) THEN
		PERFORM pg_notify('gatehouse_changes', 'events:');
	END IF;
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "event_deliveries_notify_inserted" AFTER INSERT ON "event_deliveries"
	REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_notify_delivery"();--> statement-breakpoint
-- Replicas read the destinations again.
CREATE FUNCTION "gatehouse_notify_destination"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('gatehouse_changes', 'events:destinations');
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "event_destinations_notify_changed" AFTER INSERT OR DELETE OR UPDATE OF "kind", "types", "disabled_at"
	ON "event_destinations" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_notify_destination"();--> statement-breakpoint
-- Events are in tables of their own. There was no destination to which these could have been sent.
DELETE FROM "outbox" WHERE "topic" = 'event';
