import asyncio
import os
from urllib.parse import unquote, urlsplit

import nats

from store import handle_once


async def main():
    url = urlsplit(os.environ.get("NATS_URL", "nats://127.0.0.1:4222"))
    # The library takes a URL's password as it is written, and not decoded.
    login = {"user": unquote(url.username or ""), "password": unquote(url.password or "")}
    server = f"{url.scheme}://{url.hostname}:{url.port or 4222}"
    connection = await nats.connect(server, **login if url.username else {})
    # Gatehouse has made the stream when it sent its first event. The server keeps how far this consumer is.
    consumer = await connection.jetstream().pull_subscribe(
        "gatehouse.>", durable="example-python", stream="GATEHOUSE"
    )
    while True:
        try:
            messages = await consumer.fetch(100, timeout=5)
        except asyncio.TimeoutError:  # nothing new
            continue
        for message in messages:
            handle_once(message.data)
            await message.ack()


asyncio.run(main())
