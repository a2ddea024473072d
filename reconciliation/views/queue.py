"""What the worklist shows: the question in the address, and the cases that answer it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet, Value
from django.db.models.lookups import Contains, GreaterThanOrEqual, LessThanOrEqual

from masterdata.models import Company
from reconciliation.dashboard import in_queue_of
from reconciliation.models import ExceptionCase
from reconciliation.models.case import AT_RISK, DISCOUNT_UNTIL, DUE, LAST_DAY, SOUGHT
from reconciliation.roles import RESOLVE
from reconciliation.written import plain_amount

from . import days
from .paging import Key, Place, in_order

Status = ExceptionCase.Status
TABS = ("mine", "waiting", "approval", "open", "closed")
PAGE_ROWS = 50
NEIGHBOURS = 500
NOBODY = "nobody"
EXACTLY = "="  # before a vendor's number: this one, not every one that contains it
LONG_ENOUGH = 3  # letters; the index knows no shorter parts, so these are looked for at a word's beginning

_DUE = Key("due_on", DUE, LAST_DAY)
_UNTIL = Key("discount_until", DISCOUNT_UNTIL, LAST_DAY)
SORTS: dict[str, tuple[Key, ...]] = {
    "age": (Key.plain("opened_at"),),
    "invoice": (Key.plain("invoice_number"),),
    "vendor": (Key.plain("vendor_number"), _DUE),
    "order": (Key.plain("order_number"), _DUE),
    "reason": (Key.plain("code"), _DUE),
    "difference": (Key.plain("difference"),),
    "amount": (Key.plain("amount"),),
    "risk": (Key("discount_amount", AT_RISK, Decimal(0)),),
    "discount": (_UNTIL,),
    "due": (_DUE,),
}
CLOSED_SORTS = {"closed": (Key.plain("closed_at"),)}
# A first click on these shows the largest first.
LARGEST_FIRST = {"difference", "amount", "risk", "closed"}
GROUPS = ("vendor", "reason", "order")
DAYS = ("due", "until", "opened")


@dataclass(frozen=True)
class Days:
    """From one day to another, both included; None leaves that end open."""

    first: datetime.date | None = None
    last: datetime.date | None = None

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None

    def within(self, key: Key) -> Q:
        """Say that a day is among these, in the words of the index."""
        asked = Q(**{f"{key.attribute}__isnull": False}) if self else Q()
        if self.first:
            asked &= Q(GreaterThanOrEqual(key.expression, Value(self.first)))
        if self.last:
            asked &= Q(LessThanOrEqual(key.expression, Value(self.last)))
        return asked

    def of_moments(self, column: str) -> Q:
        """Say that a moment is on one of these days, which are UTC's here as in the kept counts."""
        asked = Q()
        if self.first:
            asked &= Q(**{f"{column}__gte": _midnight(self.first)})
        if self.last and self.last < LAST_DAY:
            asked &= Q(**{f"{column}__lt": _midnight(self.last + datetime.timedelta(1))})
        return asked


@dataclass(frozen=True)
class Question:
    """The state of the worklist; it lives in the address, so that it can be kept and shared."""

    tab: str = "open"
    q: str = ""
    reason: str = ""
    vendor: str = ""
    minimum: Decimal | None = None
    owner: str = ""
    due: Days = Days()
    until: Days = Days()
    opened: Days = Days()
    group: str = ""
    sort: str = "due"
    descending: bool = False
    at: str = ""
    default_tab: str = field(default="open", compare=False)

    @classmethod
    def read(cls, params: Mapping[str, Any], user: User) -> Question:
        """Read the question from an address; what cannot be understood counts as not asked."""
        params = {name: str(value).replace("\0", "") for name, value in params.items()}
        default_tab = "mine" if user.has_perm(RESOLVE) and not params.get("q") else "open"
        tab = params.get("tab", default_tab)
        tab = tab if tab in TABS else default_tab
        group = params.get("group", "")
        group = group if group in GROUPS and tab != "closed" else ""
        sort, descending = _sort(params.get("sort", ""), tab, group)
        return cls(
            tab=tab,
            q=params.get("q", "").strip()[:100],
            reason=params.get("reason", "")[:30],
            vendor=params.get("vendor", "").strip()[:100],
            minimum=_amount(params.get("min", "")),
            owner=params.get("owner", "")[:150],
            **{
                name: Days(*(days.written(params.get(f"{name}_{end}")) for end in ("from", "to")))
                for name in DAYS
            },
            group=group,
            sort=sort,
            descending=descending,
            at=params.get("at", ""),
            default_tab=default_tab,
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.told_filters)

    @property
    def told_filters(self) -> dict[str, str]:
        """Write the filters as an address has them, without those that are not used."""
        told = {
            "q": self.q,
            "reason": self.reason,
            "vendor": self.vendor,
            "min": "" if self.minimum is None else f"{self.minimum:f}",
            "owner": self.owner,
        }
        for name in DAYS:
            days = getattr(self, name)
            told[f"{name}_from"] = days.first.isoformat() if days.first else ""
            told[f"{name}_to"] = days.last.isoformat() if days.last else ""
        return {name: value for name, value in told.items() if value}

    @property
    def query(self) -> str:
        """Write the question as an address, without what goes without saying."""
        told = {"tab": self.tab if self.tab != self.default_tab or self.q else ""}
        told |= self.told_filters | {
            "group": self.group,
            "sort": "" if self.sort_param == default_sort(self.tab, self.group) else self.sort_param,
            "at": self.at,
        }
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def in_full(self) -> str:
        """Write the question with its queue, which is not the usual one for everybody."""
        told = self.query
        return told if "tab=" in told else f"tab={self.tab}&{told}".rstrip("&")

    @property
    def sort_param(self) -> str:
        return f"-{self.sort}" if self.descending else self.sort

    @property
    def keys(self) -> tuple[Key, ...]:
        """What the rows are sorted by; the last one tells any two apart."""
        return (*(SORTS | CLOSED_SORTS)[self.sort], Key.plain("id"))

    @property
    def place(self) -> Place | None:
        return Place.read(self.at, self.keys)

    def with_(self, **changes: Any) -> Question:
        """Change the question; its list begins at the first page, and in an order that it has."""
        changed = replace(self, **({"at": ""} | changes))
        sort, descending = _sort(changed.sort_param, changed.tab, changed.group)
        return replace(changed, sort=sort, descending=descending)

    def sorted_by(self, column: str) -> Question:
        """Give the question that a click on a column's heading asks."""
        turn = not self.descending if column == self.sort else column in LARGEST_FIRST
        return self.with_(sort=column, descending=turn, group="")

    def unfiltered(self) -> Question:
        return self.with_(
            q="", reason="", vendor="", minimum=None, owner="", due=Days(), until=Days(), opened=Days()
        )

    def cases(self, company: Company, user: User) -> QuerySet[ExceptionCase]:
        """Give the rows that answer, in order."""
        return in_order(self.found(company, user), self.keys, descending=self.descending)

    def found(self, company: Company, user: User) -> QuerySet[ExceptionCase]:
        """Give the rows that answer."""
        # Said of open and closed alike, though the status implies it: the indexes are split by it.
        every: QuerySet[ExceptionCase] = ExceptionCase.objects.of(company)
        rows = every.filter(closed_at__isnull=self.tab != "closed")
        if self.q:
            rows = _that_contain(rows, self.q)
        if self.vendor and not self.vendor.startswith(EXACTLY):
            rows = _that_contain(rows, self.vendor)
        return rows.filter(self.tab_filter(user), self._filters()).select_related("owner")

    def tab_filter(self, user: User) -> Q:
        return in_queue_of(user) if self.tab == "mine" else self.status_filter

    @property
    def status_filter(self) -> Q:
        statuses = {"waiting": Status.WAITING, "approval": Status.PROPOSED}
        return Q(status=statuses[self.tab]) if self.tab in statuses else Q()

    def owner_filter(self) -> Q:
        if self.owner == NOBODY:
            return Q(owner=None)
        return Q(owner__username=self.owner) if self.owner else Q()

    def vendor_filter(self) -> Q:
        if self.vendor.startswith(EXACTLY):
            return Q(vendor_number=self.vendor.removeprefix(EXACTLY))
        if self.vendor:
            return Q(vendor_number__icontains=self.vendor) | Q(vendor_name__icontains=self.vendor)
        return Q()

    def _filters(self) -> Q:
        asked = self.vendor_filter() & self.owner_filter()
        if self.reason:
            asked &= Q(code=self.reason)
        if self.minimum is not None:
            asked &= Q(amount__gte=self.minimum)
        asked &= self.due.within(_DUE) & self.until.within(_UNTIL)
        return asked & self.opened.of_moments("opened_at")


def default_sort(tab: str, group: str = "") -> str:
    """Name the order of a list for which none was asked."""
    return group or ("-closed" if tab == "closed" else "due")


def _sort(asked: str, tab: str, group: str) -> tuple[str, bool]:
    """Read an order; a group brings its own, and what is closed is sorted by when."""
    known = CLOSED_SORTS if tab == "closed" else SORTS
    if group or asked.removeprefix("-") not in known:
        asked = default_sort(tab, group)
    return asked.removeprefix("-"), asked.startswith("-")


def _that_contain(rows: QuerySet[ExceptionCase], text: str) -> QuerySet[ExceptionCase]:
    """Find each word in any number or name; the index over them all answers."""
    for word in words(text):
        part = word if len(word) >= LONG_ENOUGH else f" {word}"
        rows = rows.filter(Contains(SOUGHT, part.lower()))
    return rows


def words(text: str) -> Iterable[str]:
    return text.split()[:8]


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(plain_amount(text))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 15 else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
