-- schema version 2
-- A delivery of each event to every destination that wants it. If an earlier one of the user has failed, it is due when that is.
-- The innermost query reads the first entry of an index: a planner without statistics reads the whole backlog for an equal key.
CREATE FUNCTION "gatehouse_deliver_event"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO event_deliveries (event_id, destination_id, key, position, available_at)
	SELECT new.id, destination.id, new.user_id, new.position, greatest(new.created_at, (
		SELECT CASE WHEN head.destination_id = destination.id AND head.key = new.user_id AND head.last_error IS NOT NULL
			THEN head.available_at END
		FROM event_deliveries AS head
		WHERE head.status = 'pending' AND (head.destination_id, head.key) >= (destination.id, new.user_id)
		ORDER BY head.destination_id, head.key, head.position, head.event_id LIMIT 1))
	FROM event_destinations AS destination
	WHERE destination.disabled_at IS NULL AND CASE WHEN starts_with(new.type, 'audit.') THEN destination.is_audit_stream
		ELSE destination.types IS NULL OR new.type = ANY (destination.types) END
	-- The executables before this migration write the deliveries of their events themselves.
	ON CONFLICT (event_id, destination_id) DO NOTHING;
	RETURN NULL;
END;
$$;--> statement-breakpoint
-- version 1: its statements write the same deliveries before the trigger does, which leaves them as they are
CREATE TRIGGER "events_deliver_inserted" AFTER INSERT ON "events" FOR EACH ROW
	WHEN (new."type" <> 'webhook.test')
	EXECUTE FUNCTION "gatehouse_deliver_event"();--> statement-breakpoint
-- A row of the audit log as an event, for the destination of AUDIT_STREAM. The event has the id of the row.
CREATE OR REPLACE FUNCTION "gatehouse_stream_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO events (id, type, user_id, payload, created_at)
	SELECT new.id, 'audit.' || new.action, coalesce(new.user_id, new.actor_id, new.id),
		jsonb_build_object(
			'event_type', 'audit.' || new.action,
			'timestamp', to_char(new.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'data', jsonb_build_object(
				'id', new.id,
				'created_at', to_char(new.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
				'action', new.action,
				'result', new.result,
				'actor_kind', new.actor_kind,
				'actor_id', new.actor_id,
				'user_id', new.user_id,
				'session_id', new.session_id,
				'amr', new.amr,
				'ip', new.ip_address,
				'user_agent', new.user_agent,
				'request_id', new.request_id,
				'detail', new.detail)),
		new.at
	WHERE EXISTS (SELECT FROM event_destinations WHERE is_audit_stream AND disabled_at IS NULL);
	RETURN NULL;
END;
$$;--> statement-breakpoint
-- version 1: its statements name no trigger, and each of their rows becomes an event as before
CREATE OR REPLACE TRIGGER "audit_log_stream_inserted" AFTER INSERT ON "audit_log" FOR EACH ROW
	EXECUTE FUNCTION "gatehouse_stream_audit"();
