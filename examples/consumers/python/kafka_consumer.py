import os

from confluent_kafka import Consumer, KafkaException

from store import handle_once

consumer = Consumer(
    {
        "bootstrap.servers": os.environ.get("KAFKA_BROKERS", "127.0.0.1:9092"),
        "group.id": "example-python",
        "auto.offset.reset": "earliest",
        "enable.auto.commit": False,
        # After a crash, the partitions are free again so soon.
        "session.timeout.ms": 10_000,
    }
)
# With partitions shared by several processes, one user's events still have one partition and keep their order.
consumer.subscribe(["gatehouse.events"])
while True:
    message = consumer.poll(5)
    if message is None:
        continue
    if message.error():
        raise KafkaException(message.error())
    handle_once(message.value())
    consumer.commit(message, asynchronous=False)
