CREATE INDEX "users_deleted_index" ON "users" USING btree ("id") WHERE "users"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "users_disabled_index" ON "users" USING btree ("id") WHERE "users"."disabled_at" is not null and "users"."deleted_at" is null;--> statement-breakpoint
-- Substrings are found without this index too, by reading every user. It takes an extension that comes with Postgres; where it was
-- not installed, or its use is not granted, searching is slow in a table of millions, and nothing else differs.
DO $$
DECLARE
	operators text;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
		RETURN;
	END IF;
	BEGIN
		CREATE EXTENSION IF NOT EXISTS pg_trgm;
	EXCEPTION WHEN OTHERS THEN
		RETURN;
	END;
	-- It may have been there before, in a schema of its own.
	SELECT quote_ident(nspname) INTO operators FROM pg_opclass
		JOIN pg_namespace ON pg_namespace.oid = opcnamespace WHERE opcname = 'gin_trgm_ops';
	EXECUTE format(
		'CREATE INDEX "users_search_index" ON "users" USING gin '
		'(("email" || E''\n'' || coalesce("username", '''') || E''\n'' || coalesce("name", '''')) %s.gin_trgm_ops)',
		operators
	);
END;
$$;
