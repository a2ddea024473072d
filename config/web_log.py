"""The log of gunicorn, which tells the path of each request: without the keys of links to answers."""

from __future__ import annotations

from gunicorn.config import Config
from gunicorn.glogging import Logger

from config.logging import WithoutAnswerKeys

WITHOUT_KEYS = WithoutAnswerKeys()


class WebLog(Logger):  # type: ignore[misc]
    """Gunicorn's own, but for what nobody is to read there; `--logger-class` names it."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for log in (self.access_log, self.error_log):
            log.addFilter(WITHOUT_KEYS)  # once, however often the settings are read again
