CREATE TABLE "social_login_codes" (
	"digest" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"identity_id" uuid NOT NULL,
	"provider" text NOT NULL,
	"credentials_version" integer NOT NULL,
	"challenge" text,
	"expires_at" timestamp with time zone NOT NULL,
	"consumed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "used_tickets" (
	"id" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "social_login_codes" ADD CONSTRAINT "social_login_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "social_login_codes_user_index" ON "social_login_codes" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "social_login_codes_expires_index" ON "social_login_codes" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "used_tickets_expires_index" ON "used_tickets" USING btree ("expires_at");