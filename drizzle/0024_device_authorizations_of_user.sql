-- schema version 2
CREATE INDEX "device_authorizations_user_index" ON "device_authorizations" USING btree ("user_id") WHERE "device_authorizations"."user_id" is not null;