"""Log lines with UTC times, so that those of several machines lie side by side; as text or as JSON."""

import json
import logging
import re
import time

from integration import correlation

# Who has the key may answer, so it is as secret as a password; also where a path is quoted in an address.
ANSWER_KEY = re.compile(r"""(answer(?:/|%2F))[^/\s"'?&]+""", re.IGNORECASE)

# PostgreSQL tells the whole row that a constraint refused: a hash, a key, an account. A row whose end is not
# at a line's end takes all that follows with it: rather a word too few than one of the row.
REFUSED_ROW = re.compile(r"(Failing row contains \().*?(\)\.(?=\n|\Z)|\Z)", re.DOTALL)


class WithoutAnswerKeys(logging.Filter):
    """Cut the key out of a link to an answer, whichever logger tells its path."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            told = record.getMessage()
        except (TypeError, ValueError):
            return True  # the handler tells what is wrong with such a line
        cut = ANSWER_KEY.sub(r"\1…", told)
        if cut != told:
            record.msg, record.args = cut, None
        return True


class RefusalInOneLine(logging.Filter):
    """Keep a request that was refused, 403 or 404, to its line: nothing broke, so no traceback helps."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True


class UtcFormatter(logging.Formatter):
    """A formatter whose clock is UTC."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return REFUSED_ROW.sub(r"\1…\2", super().format(record))


class JsonFormatter(UtcFormatter):
    """One JSON object a line, for machines that collect logs; a traceback is a field of it."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": REFUSED_ROW.sub(r"\1…\2", record.getMessage()),
        }
        if found := correlation.current():
            told["correlation"] = found
        if record.exc_info:
            told["traceback"] = REFUSED_ROW.sub(r"\1…\2", self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)
