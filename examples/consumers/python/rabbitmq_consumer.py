import os

import pika

from store import handle_once

url = os.environ.get("AMQP_URL", "amqp://127.0.0.1:5672/%2F")
channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
channel.queue_declare("example-python", durable=True)
channel.exchange_declare("gatehouse.events", "topic", durable=True)
# `user.*` has the events of users alone, `#` has all.
channel.queue_bind("example-python", "gatehouse.events", "#")
# The order of one user's events stays only with one consumer of the queue.
channel.basic_qos(prefetch_count=100)


def receive(channel, method, _properties, body):
    handle_once(body)
    channel.basic_ack(method.delivery_tag)


channel.basic_consume("example-python", receive)
channel.start_consuming()
