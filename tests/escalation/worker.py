"""A worker as in production, without beat, that asks itself after the clock five times a second."""

from __future__ import annotations

from config import celery

celery.STAND_IN_SECONDS = 0.2

if __name__ == "__main__":
    celery.app.worker_main(["worker", "--queues", "realtime", "--concurrency", "1", "--loglevel", "WARNING"])
