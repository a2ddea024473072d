"""How a person likes the worklist: the columns it has and how close its rows lie, whatever it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from reconciliation.models import ListLook
from reconciliation.roles import SEE_CASES

from . import workplace

COLUMNS: list[tuple[str, str | Promise, bool]] = [
    ("age", gettext_lazy("Age"), False),
    ("invoice", gettext_lazy("Invoice"), False),
    ("order", gettext_lazy("Order"), False),
    ("reason", gettext_lazy("Reason"), False),
    ("difference", gettext_lazy("Difference"), True),
    ("amount", gettext_lazy("Amount"), True),
    ("risk", gettext_lazy("At risk"), True),
    ("due", gettext_lazy("Due"), True),
    ("with", gettext_lazy("With"), False),
]
NAMES = tuple(name for name, _title, _is_number in COLUMNS)
ALWAYS = "invoice"  # it opens the case


@dataclass(frozen=True)
class Look:
    """The columns that are shown, in their order."""

    columns: tuple[str, ...] = NAMES
    is_compact: bool = False

    @property
    def titled(self) -> list[tuple[str, str | Promise, bool]]:
        return [column for column in COLUMNS if column[0] in self.columns]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Give the columns that can be left out: name, title, and whether each is shown."""
        return [(name, str(title), name in self.columns) for name, title, _ in COLUMNS if name != ALWAYS]


def of(user: User) -> Look:
    """Give a person's liking, which comes along with who signs in."""
    told: Sequence[Mapping[str, Any]] | None = getattr(user, "list_looks", None)
    if told is None:
        told = list(ListLook.objects.filter(person=user).values("hidden", "is_compact"))
    return Look(_without(told[0]["hidden"]), told[0]["is_compact"]) if told else Look()


@workplace.takes_posts("worklist")
@workplace.needs(SEE_CASES)
def choose(request: HttpRequest) -> HttpResponse:
    """Show these columns from now on, the rows as close as this."""
    user: Any = request.user
    shown = {ALWAYS, *request.POST.getlist("column")}
    hidden = [name for name in NAMES if name not in shown]
    is_compact = request.POST.get("rows") == "compact"
    ListLook.objects.update_or_create(person=user, defaults={"hidden": hidden, "is_compact": is_compact})
    return workplace.back_to(request, request.POST.get("back", ""), reverse("worklist"))


def _without(hidden: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in NAMES if name == ALWAYS or name not in hidden)
