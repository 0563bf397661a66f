CREATE TABLE "known_devices" (
	"user_id" uuid NOT NULL,
	"device" text NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "known_devices_user_id_device_pk" PRIMARY KEY("user_id","device")
);
--> statement-breakpoint
ALTER TABLE "mail_challenges" ALTER COLUMN "code_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "mail_challenges" ALTER COLUMN "code_expires_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "mail_challenges" ADD COLUMN "credentials_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "credentials_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "wanted_username" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "credentials_version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "verify_reminders_sent" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "known_devices" ADD CONSTRAINT "known_devices_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "known_devices_last_seen_index" ON "known_devices" USING btree ("last_seen_at");--> statement-breakpoint
CREATE INDEX "mail_challenges_expires_index" ON "mail_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions_created_index" ON "sessions" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "users_unverified_index" ON "users" USING btree ("created_at") WHERE "users"."email_verified_at" is null and "users"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_delivered_index" ON "outbox" USING btree ("delivered_at") WHERE "outbox"."delivered_at" is not null;--> statement-breakpoint
CREATE INDEX "outbox_dead_index" ON "outbox" USING btree ("dead_at") WHERE "outbox"."dead_at" is not null;--> statement-breakpoint
-- At another version of the credentials a session is as good as ended.
CREATE OR REPLACE TRIGGER "sessions_notify_ended" AFTER UPDATE ON "sessions" FOR EACH ROW
	WHEN (
		old.ended_at IS DISTINCT FROM new.ended_at
		OR new.expires_at < old.expires_at
		OR new.absolute_expires_at < old.absolute_expires_at
		OR new.user_id <> old.user_id
		OR new.credentials_version <> old.credentials_version
	)
	EXECUTE FUNCTION "gatehouse_notify_change"('session', 'id');
