"""A refusal of Business Central, and a row of the table that tells what it means and what to do."""

import re
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_noop as _

from integration.errors import IntegrationError

GONE = "Internal_RecordNotFound"
STALE = "Request_EntityChanged"
DUPLICATE = "Internal_EntityWithSameKeyExists"
DEAD_SKIP_TOKEN = "SkipTokenIsNoLongerValid"  # noqa: S105 - a page marker, not a secret

NO_CODE = "(none)"  # the answer is not in BC's form: it never came to BC

NAME_LIMIT = 80

LATER = _("It is sent again by itself.")
LATER_READ = _("It may answer in a moment.")


@dataclass(frozen=True)
class Refusal:
    """An error answer, taken apart."""

    status: int
    code: str
    message: str
    correlation_id: str
    raw: str
    retry_after: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table. In a fragment, "…" stands for whatever BC names there; a code may end in "*".

    What the first "…" stands for may be named in `what` as {0}, the second as {1}.
    """

    kind: type[IntegrationError]
    what: str
    do: str
    code: str = ""
    fragment: str = ""
    status: int | None = None
    owner: str = ""
    certain: bool = False
    """The text proves that nothing was done, even under an unclear status."""

    def matches(self, refusal: Refusal) -> bool:
        """Return whether the row speaks of this refusal."""
        return (
            self.status in (None, refusal.status)
            and _code_matches(self.code, refusal.code)
            and bool(_pattern(self.fragment).search(refusal.message))
        )

    def told(self, refusal: Refusal) -> str:
        """Say what is wrong, with the names BC gave."""
        found = _pattern(self.fragment).search(refusal.message)
        return (
            self.what.format(*(name.strip()[:NAME_LIMIT] for name in found.groups())) if found else self.what
        )


def _code_matches(wanted: str, code: str) -> bool:
    if wanted == NO_CODE:
        return not code
    return code.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in ("", code)


@cache
def _pattern(fragment: str) -> re.Pattern[str]:
    return re.compile(
        "(.*?)".join(re.escape(part.strip()) for part in fragment.split("…")), re.IGNORECASE | re.DOTALL
    )
