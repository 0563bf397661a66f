import json
import os
import sqlite3

_db = sqlite3.connect(os.environ.get("STORE", "consumer.sqlite"), isolation_level=None)
_db.execute("create table if not exists handled_events (event_id text primary key) strict")
_db.execute(
    "create table if not exists last_events (user_id text primary key, event_type text, happened_at text) strict"
)


def handle_once(text):
    """Handles an event once, however often it arrives: its id and what follows from it are stored in one transaction."""
    event = json.loads(text)
    with _db:
        _db.execute("begin immediate")
        insert = "insert or ignore into handled_events values (?)"
        is_new = _db.execute(insert, [event["event_id"]]).rowcount == 1
        if is_new:
            # Your own work is here, in the same transaction.
            _db.execute(
                "insert or replace into last_events values (?, ?, ?)",
                [event["data"]["user_id"], event["event_type"], event["timestamp"]],
            )
    print("handled" if is_new else "again", event["event_type"], event["event_id"], flush=True)
