-- schema version 2
ALTER TABLE "user_grants" ADD COLUMN "resources" text[] DEFAULT '{}' NOT NULL;