CREATE TABLE "mail_code_attempts" (
	"email" text PRIMARY KEY NOT NULL,
	"forgotten_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
DROP INDEX "outbox_due_index";--> statement-breakpoint
ALTER TABLE "mail_challenges" DROP CONSTRAINT "mail_challenges_user_id_purpose_pk";--> statement-breakpoint
ALTER TABLE "mail_challenges" ADD PRIMARY KEY ("id");--> statement-breakpoint
ALTER TABLE "mail_challenges" ADD COLUMN "mailed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "fairness_key" text;--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "turn_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
CREATE INDEX "mail_code_attempts_forgotten_index" ON "mail_code_attempts" USING btree ("forgotten_at");--> statement-breakpoint
CREATE INDEX "mail_challenges_user_index" ON "mail_challenges" USING btree ("user_id","purpose","id");--> statement-breakpoint
CREATE INDEX "outbox_turn_index" ON "outbox" USING btree ("topic","turn_at","id","available_at") WHERE "outbox"."delivered_at" is null and "outbox"."dead_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_fairness_index" ON "outbox" USING btree ("topic","fairness_key","turn_at") WHERE "outbox"."fairness_key" is not null and "outbox"."delivered_at" is null and "outbox"."dead_at" is null;--> statement-breakpoint
-- The mails of before were sent, or are in the outbox: their codes can be entered.
UPDATE "mail_challenges" SET "mailed_at" = "created_at";--> statement-breakpoint
-- Wrong codes are counted by address from now on. One is forgotten each hour.
INSERT INTO "mail_code_attempts" ("email", "forgotten_at")
	SELECT "email", now() + least(sum("total_attempts"), 100) * interval '1 hour'
	FROM "mail_challenges" WHERE "total_attempts" > 0 GROUP BY "email";--> statement-breakpoint
ALTER TABLE "mail_challenges" DROP COLUMN "total_attempts";