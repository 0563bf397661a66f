import os

import redis

from store import handle_once

STREAM, GROUP, CONSUMER = "gatehouse:events", "example-python", "example-python-1"
client = redis.Redis.from_url(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379"), decode_responses=True)
try:
    client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
except redis.ResponseError as error:
    if "BUSYGROUP" not in str(error):
        raise


def read(after):
    """Reads after an id: `0` has what this consumer was given and has not acknowledged, `>` has what is new."""
    streams = client.xreadgroup(GROUP, CONSUMER, {STREAM: after}, count=100, block=2000)
    return list(dict(streams).get(STREAM, [])) if streams else []


position = "0"
while True:
    entries = read(position)
    for entry_id, fields in entries:
        handle_once(fields["event"])
        client.xack(STREAM, GROUP, entry_id)
    if not entries:
        position = ">"
