-- schema version 2
ALTER TABLE "device_authorizations" ADD COLUMN "resource" text;--> statement-breakpoint
CREATE INDEX "authorization_codes_client_index" ON "authorization_codes" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "pushed_requests_client_index" ON "pushed_requests" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "clients_self_registered_index" ON "clients" USING btree ("created_at") WHERE "clients"."created_by" in ('registration', 'metadata_document');--> statement-breakpoint
CREATE INDEX "user_grants_client_index" ON "user_grants" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "device_authorizations_client_index" ON "device_authorizations" USING btree ("client_id");
