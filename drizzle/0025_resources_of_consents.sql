-- schema version 2
ALTER TABLE "user_grants" ADD COLUMN "resources" jsonb DEFAULT '[]'::jsonb NOT NULL;