ALTER TABLE "event_destinations" ADD COLUMN "unavailable_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "event_destinations" ADD COLUMN "announced_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "events_position_index" ON "events" USING btree ("position","id");--> statement-breakpoint
-- Only the loops of the destinations that got a delivery are woken: the notification names each of them.
CREATE OR REPLACE FUNCTION "gatehouse_notify_delivery"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('gatehouse_changes', 'events:' || destination_id)
		FROM (SELECT DISTINCT destination_id FROM inserted) AS destinations;
	RETURN NULL;
END;
$$;
