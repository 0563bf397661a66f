CREATE TABLE "webhooks" (
	"id" text PRIMARY KEY NOT NULL,
	"slot" smallint NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"secrets" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "webhooks_slot_unique" UNIQUE("slot")
);
--> statement-breakpoint
CREATE INDEX "event_deliveries_webhook_index" ON "event_deliveries" USING btree ("destination_id","event_id") WHERE length("event_deliveries"."destination_id") = 36;