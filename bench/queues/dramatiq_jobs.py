"""dramatiq on Redis, with its own defaults, which keep and redeliver what a killed worker had."""

import time
from threading import Event
from typing import Any

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.queues.tally import CONCURRENCY, Tally, arguments, due, say, stay

asked = arguments()
broker = RedisBroker(url=asked.url)
dramatiq.set_broker(broker)
tally = Tally(asked.jobs)


class Ended(dramatiq.Middleware):  # type: ignore[misc] # not installed where mypy runs
    def after_ack(self, _broker: Any, _message: Any) -> None:
        tally.ends()


nothing = dramatiq.actor(tally.begins, actor_name="nothing", max_retries=5)


if asked.part == "produce":
    say({"at": time.monotonic()})
    for wait in due(asked.jobs, asked.every):
        time.sleep(wait)
        nothing.send(time.monotonic())
    stay({"at": time.monotonic()})
else:
    broker.add_middleware(Ended())
    dramatiq.Worker(broker, worker_threads=CONCURRENCY).start()
    say("ready")
    Event().wait()
