"""The master lists for the CAFM: each a stream of changes, followed by a cursor.

A row is told when it is new, changed, renamed, blocked or deleted. The cursor is the last row's change: the
mirrors' writers stamp their rows in the order in which they commit (masterdata/upsert.py), so whoever has
seen a change has seen all before it, and a row that changes under way comes with its later change.
"""

from __future__ import annotations

import base64
import logging
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import URLPattern, path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integration.models import ApiKey
from masterdata import ownership
from masterdata.models import (
    Account,
    Company,
    Currency,
    Dimension,
    DimensionValue,
    ExchangeRate,
    FixedAsset,
    Item,
    ItemCategory,
    ItemUnit,
    ItemVariant,
    Location,
    Mirror,
    PaymentTerms,
    Unit,
    Vendor,
)

from . import master_rows
from .auth import key_of
from .problems import TITLES, ProblemError
from .schema import refusals

logger = logging.getLogger(__name__)

MOST_ROWS = 1000
LARGEST_ROW = 2**63 - 1

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class BadCursor(ProblemError):  # noqa: N818
    """The cursor is not one that this list gave."""

    code = "bad-cursor"
    title = "This cursor cannot be followed"


class BadLimit(ProblemError):  # noqa: N818
    """So many rows make no page."""

    code = "bad-limit"
    title = "So many rows cannot be given at a time"


class UnknownParameter(ProblemError):  # noqa: N818
    """The address holds a word that says nothing here: perhaps a slip, so that another answer was meant."""

    code = "unknown-parameter"
    title = "The address holds a word that is not known"


class RepeatedParameter(ProblemError):  # noqa: N818
    """The address says the same thing twice."""

    code = "repeated-parameter"
    title = "The address holds a word twice"


class NotWritable(ProblemError):  # noqa: N818
    """The CAFM wants to change a list that Business Central owns."""

    status = 405
    code = "method-not-allowed"
    title = TITLES["method_not_allowed"]


class ListNotAllowed(ProblemError):  # noqa: N818
    """The key may read master data, but not this list."""

    status = 403
    code = "list-not-allowed"
    title = "This key may not read this list"


@dataclass(frozen=True)
class MasterList:
    """One list: its name in the address, whose rows it tells, and in which shape."""

    name: str
    model: type[Mirror]
    shape: type[master_rows.Row]


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the change after which it goes on."""

    changed_at: datetime = EPOCH
    row: int = 0

    def write(self, name: str) -> str:
        told = f"{name}/{(self.changed_at - EPOCH) // MICROSECOND}/{self.row}"
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str, name: str) -> Cursor:
        """Read a cursor that this list wrote; raises BadCursor."""
        try:
            padded = (text + "=" * (-len(text) % 4)).encode()
            whose, moment, row = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("/")
            cursor = cls(EPOCH + int(moment) * MICROSECOND, int(row))
        except (ValueError, OverflowError) as exc:
            raise BadCursor(
                "The value of since is not a cursor. Send one as it was given, or none to begin at the start."
            ) from exc
        if whose != name or not 0 <= cursor.row <= LARGEST_ROW:
            raise BadCursor(f"This cursor is not one of {name}. Send one that this list gave.")
        return cursor


class MasterListView(APIView):
    """Tell what changed in a list since a cursor."""

    scope = ApiKey.Scope.MASTERDATA
    listed: MasterList

    def get(self, request: Request) -> Response:
        _check_may_read(key_of(request), self.listed.name)
        _check_words(request)
        since, limit = request.query_params.get("since", ""), _limit(request)
        cursor = Cursor.read(since, self.listed.name) if since else Cursor()
        tag = etag(self.listed, key_of(request).company)  # before the rows: what comes between makes it old
        if tag in _tags(request.headers.get("If-None-Match", "")):
            return Response(status=304, headers={"ETag": tag})
        rows, is_last = changes(self.listed, key_of(request).company, cursor, limit)
        if rows:
            cursor = Cursor(rows[-1]["changed_at"], rows[-1]["pk"])
        mark = cursor.write(self.listed.name)
        onward = f"{request.build_absolute_uri(request.path)}?{urlencode({'since': mark, 'limit': limit})}"
        for row in rows:
            del row["pk"]
        return Response(
            {"results": rows, "next": None if is_last else onward, "cursor": mark}, headers={"ETag": tag}
        )

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        refusal = ownership.refusal_of_list(self.listed.name, str(request.method))
        logger.warning("Refused the CAFM: %s", refusal)
        raise NotWritable(refusal)


def may_read(key: ApiKey, name: str) -> bool:
    """Tell whether a key may read a list; one without lists of its own may read all."""
    return not key.lists or name in key.lists


def _check_may_read(key: ApiKey, name: str) -> None:
    if not may_read(key, name):
        raise ListNotAllowed(
            f"The key {key} may not read {name}, only {', '.join(key.lists)}. "
            "Ask Tieout's administrator for a key that may."
        )


def _check_words(request: Request) -> None:
    """Refuse what would be passed over in silence: who sends cursor= would read the first page for ever."""
    asked = request.query_params
    if unknown := [name for name in asked if name not in ("since", "limit")]:
        meant = " Send the cursor as since." if "cursor" in unknown else ""
        raise UnknownParameter(f"This address takes since and limit, not {', '.join(unknown)}.{meant}")
    if repeated := [name for name in asked if len(asked.getlist(name)) > 1]:
        raise RepeatedParameter(f"This address takes {repeated[0]} once. Send the one that is meant.")


def changes(
    told: MasterList, company: Company, after: Cursor, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Give the next changes of a list, the oldest first, and whether they are the last."""
    moment = after.changed_at
    later = Q(changed_at__gt=moment) | Q(changed_at=moment, pk__gt=after.row)
    # Though `later` implies it, only this condition leads the database straight to the place in its index.
    found = told.model._default_manager.filter(later, company=company, changed_at__gte=moment)
    rows = list(found.order_by("changed_at", "pk").values("pk", *told.shape().fields)[: limit + 1])
    return rows[:limit], len(rows) <= limit


def etag(told: MasterList, company: Company) -> str:
    """Give a tag that changes with every change of the list, and with the shape of its rows.

    A tag belongs to an address, cursor and limit included, and so to the rows after that cursor.
    """
    shape = zlib.crc32("/".join(told.shape().fields).encode())
    return f'W/"{newest(told, company).write(told.name)}.{company.pk}.{shape:x}"'


def newest(told: MasterList, company: Company) -> Cursor:
    """Give the place of a list's newest change: who holds its cursor has seen everything."""
    last = told.model._default_manager.filter(company=company).order_by("-changed_at", "-pk")
    return Cursor(*(last.values_list("changed_at", "pk").first() or ()))


def _tags(header: str) -> set[str]:
    """Read the tags that a client holds; a weak and a strong one are the same here."""
    return {f"W/{tag.strip().removeprefix('W/')}" for tag in header.split(",") if tag.strip()}


def _limit(request: Request) -> int:
    asked = request.query_params.get("limit", str(MOST_ROWS))
    limit = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    if not 1 <= limit <= MOST_ROWS:
        raise BadLimit(f"A page holds 1 to {MOST_ROWS} rows. Ask for a limit in between.")
    return limit


LISTS = (
    MasterList("items", Item, master_rows.ItemRow),
    MasterList("vendors", Vendor, master_rows.VendorRow),
    MasterList("units", Unit, master_rows.UnitRow),
    MasterList("item-units", ItemUnit, master_rows.ItemUnitRow),
    MasterList("accounts", Account, master_rows.AccountRow),
    MasterList("currencies", Currency, master_rows.CurrencyRow),
    MasterList("exchange-rates", ExchangeRate, master_rows.ExchangeRateRow),
    MasterList("locations", Location, master_rows.LocationRow),
    MasterList("item-categories", ItemCategory, master_rows.ItemCategoryRow),
    MasterList("item-variants", ItemVariant, master_rows.ItemVariantRow),
    MasterList("payment-terms", PaymentTerms, master_rows.PaymentTermsRow),
    MasterList("dimensions", Dimension, master_rows.DimensionRow),
    MasterList("dimension-values", DimensionValue, master_rows.DimensionValueRow),
    MasterList("fixed-assets", FixedAsset, master_rows.FixedAssetRow),
)


READING = f"""Read until `next` is null, keep the last `cursor`, and send it as `since` the next time.

Answered 400, with what to do in `detail`: `bad-cursor` (not one that this list gave: send it as it was given,
or begin at the start without `since`), `bad-limit` (a page holds 1 to {MOST_ROWS} rows), `unknown-parameter`
(any other word than `since` and `limit`, such as `cursor`), `repeated-parameter` (the same word twice)."""


def _address(told: MasterList) -> URLPattern:
    name = told.shape.__name__.removesuffix("Row")
    page = inline_serializer(
        f"{name}Page",
        {
            "results": told.shape(many=True),
            "next": serializers.URLField(allow_null=True, help_text="the next page; null after the last"),
            "cursor": serializers.CharField(help_text="keep it, and send it as since the next time"),
        },
    )
    schema = extend_schema(
        operation_id=f"read_{told.name.replace('-', '_')}",
        summary=f"What changed in {told.name.replace('-', ' ')}",
        description=READING,
        parameters=[
            OpenApiParameter("since", str, description="the cursor of the last page; absent: from the start"),
            OpenApiParameter("limit", int, description=f"rows of a page, 1 to {MOST_ROWS}"),
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="the ETag of the same question asked before; 304 while nothing has changed",
            ),
        ],
        responses={200: page, 304: None} | refusals(400, 401, 403),
    )

    @extend_schema_view(get=schema)
    class View(MasterListView):
        listed = told

    return path(f"v1/{told.name}", View.as_view(), name=f"api-{told.name}")


urlpatterns = [_address(told) for told in LISTS]
