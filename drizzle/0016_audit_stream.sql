ALTER TABLE "event_destinations" ADD COLUMN "is_audit_stream" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- Rows of the audit log for the destination of AUDIT_STREAM, in the statement that writes them. The event has the id of the row.
CREATE FUNCTION "gatehouse_stream_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM event_destinations WHERE is_audit_stream AND disabled_at IS NULL) THEN
		RETURN NULL;
	END IF;
	WITH event AS (
		INSERT INTO events (id, type, user_id, payload, created_at)
		SELECT id, 'audit.' || action, coalesce(user_id, actor_id, id),
			jsonb_build_object(
				'event_type', 'audit.' || action,
				'timestamp', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
				'data', jsonb_build_object(
					'id', id,
					'created_at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
					'action', action,
					'result', result,
					'actor_kind', actor_kind,
					'actor_id', actor_id,
					'user_id', user_id,
					'session_id', session_id,
					'amr', amr,
					'ip', ip_address,
					'user_agent', user_agent,
					'request_id', request_id,
					'detail', detail)),
			at
		FROM inserted
		RETURNING id, user_id, position, created_at
	)
	INSERT INTO event_deliveries (event_id, destination_id, key, position, available_at)
	SELECT event.id, destination.id, event.user_id, event.position, greatest(event.created_at, (
		SELECT CASE WHEN head.destination_id = destination.id AND head.key = event.user_id AND head.last_error IS NOT NULL
			THEN head.available_at END
		FROM event_deliveries AS head
		WHERE head.status = 'pending' AND (head.destination_id, head.key) >= (destination.id, event.user_id)
		ORDER BY head.destination_id, head.key, head.position, head.event_id LIMIT 1))
	FROM event, event_destinations AS destination
	WHERE destination.is_audit_stream AND destination.disabled_at IS NULL;
	RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER "audit_log_stream_inserted" AFTER INSERT ON "audit_log"
	REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT
	EXECUTE FUNCTION "gatehouse_stream_audit"();
