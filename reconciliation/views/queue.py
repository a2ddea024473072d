"""What the worklist shows: the question in the address, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import OrderBy

from masterdata.models import Company
from reconciliation.dashboard import in_queue_of
from reconciliation.models import ExceptionCase
from reconciliation.roles import RESOLVE

Status = ExceptionCase.Status
TABS = ("mine", "waiting", "approval", "open", "closed")
PAGE_ROWS = 50
NEIGHBOURS = 500
NOBODY = "nobody"
SEARCHED = ("invoice_number", "order_number", "vendor_number", "vendor_name", "invoice__bc_number")
SORTS = {
    "age": "opened_at",
    "invoice": "invoice_number",
    "order": "order_number",
    "reason": "code",
    "difference": "difference",
    "amount": "amount",
    "due": "due_on",
    "with": "owner__username",
}
# A first click on these shows the largest, or the newest, first.
LARGEST_FIRST = {"difference", "amount"}


@dataclass(frozen=True)
class Total:
    currency: str
    cases: int
    amount: Decimal


@dataclass(frozen=True)
class Question:
    """The state of the worklist; it lives in the address, so that it can be kept and shared."""

    tab: str = "open"
    q: str = ""
    reason: str = ""
    vendor: str = ""
    minimum: Decimal | None = None
    owner: str = ""
    sort: str = "due"
    descending: bool = False
    page: int = 1
    default_tab: str = field(default="open", compare=False)

    @classmethod
    def read(cls, params: Mapping[str, Any], user: User) -> Question:
        """Read the question from an address; what cannot be understood counts as not asked."""
        params = {name: str(value).replace("\0", "") for name, value in params.items()}
        default_tab = "mine" if user.has_perm(RESOLVE) and not params.get("q") else "open"
        tab = params.get("tab", default_tab)
        sort = params.get("sort", "")
        return cls(
            tab=tab if tab in TABS else default_tab,
            q=params.get("q", "").strip()[:100],
            reason=params.get("reason", "")[:30],
            vendor=params.get("vendor", "").strip()[:100],
            minimum=_amount(params.get("min", "")),
            owner=params.get("owner", "")[:150],
            sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "due",
            descending=sort.startswith("-") and sort.removeprefix("-") in SORTS,
            page=_page(params.get("page", "")),
            default_tab=default_tab,
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.reason or self.vendor or self.minimum is not None or self.owner)

    @property
    def query(self) -> str:
        """Write the question as an address, without what goes without saying."""
        told = {
            "tab": self.tab if self.tab != self.default_tab or self.q else "",
            "q": self.q,
            "reason": self.reason,
            "vendor": self.vendor,
            "min": "" if self.minimum is None else f"{self.minimum:f}",
            "owner": self.owner,
            "sort": self.sort_param if (self.sort, self.descending) != ("due", False) else "",
            "page": str(self.page) if self.page > 1 else "",
        }
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def sort_param(self) -> str:
        return f"-{self.sort}" if self.descending else self.sort

    def with_(self, **changes: Any) -> Question:
        return replace(self, **({"page": 1} | changes))

    def sorted_by(self, column: str) -> Question:
        """Give the question that a click on a column's heading asks."""
        turn = not self.descending if column == self.sort else column in LARGEST_FIRST
        return self.with_(sort=column, descending=turn)

    def unfiltered(self) -> Question:
        return self.with_(q="", reason="", vendor="", minimum=None, owner="")

    def cases(self, company: Company, user: User) -> QuerySet[ExceptionCase]:
        """Give the rows that answer, in order."""
        rows = ExceptionCase.objects.of(company).filter(self._tab_filter(user), self._filters())
        return rows.order_by(*self._order()).select_related("owner")

    def totals(self, rows: QuerySet[ExceptionCase]) -> list[Total]:
        """Add up the filtered rows, per currency."""
        sums = (
            rows.order_by()
            .values("currency")
            .annotate(cases=Count("pk"), total=Sum("amount"))
            .order_by("-total")
        )
        return [Total(row["currency"], row["cases"], row["total"]) for row in sums]

    def _tab_filter(self, user: User) -> Q:
        if self.tab == "mine":
            return in_queue_of(user)
        statuses = {
            "waiting": [Status.WAITING],
            "approval": [Status.PROPOSED],
            "open": ExceptionCase.OPEN_STATUSES,
            "closed": [Status.RELEASED, Status.REJECTED, Status.CLEARED],
        }
        return Q(status__in=statuses[self.tab])

    def _filters(self) -> Q:
        asked = Q()
        if self.q:
            asked &= _any_of(SEARCHED, self.q)
        if self.reason:
            asked &= Q(code=self.reason)
        if self.vendor:
            asked &= _any_of(("vendor_number", "vendor_name"), self.vendor)
        if self.minimum is not None:
            asked &= Q(amount__gte=self.minimum)
        if self.owner == NOBODY:
            asked &= Q(owner=None)
        elif self.owner:
            asked &= Q(owner__username=self.owner)
        return asked

    def _order(self) -> list[OrderBy | str]:
        column = F(SORTS[self.sort])
        first = column.desc(nulls_last=True) if self.descending else column.asc(nulls_last=True)
        return [first, "pk"]


def _any_of(columns: Iterable[str], text: str) -> Q:
    found = Q()
    for column in columns:
        found |= Q(**{f"{column}__icontains": text})
    return found


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 15 else None


def _page(text: str) -> int:
    return min(int(text), 100_000) if text.isascii() and text.isdigit() and int(text) else 1
