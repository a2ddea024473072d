"""Assets: a fixed asset in Business Central for each, known by its number or its serial number.

A registration makes the card, or takes the one that finance has made as ours; a change sets what the mapping
sends, and nothing else. A retirement is a disposal, which only finance can post: Tieout says so, and sees by
the blocked card that it is done. BC has fixed assets in its API from 23.1 on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from integration import mapping
from integration.bc import odata
from integration.bc.names import ETAG, SERIAL_NUMBER
from integration.errors import PermanentError
from integration.mapping import defaults, masters
from masterdata import lookup
from masterdata.models import Company, FixedAsset
from reconciliation.models import AssetNotice

from .base import BeforeWrite, Posted, Prepared, Standing, Visit, as_uuid
from .order_difference import same

ASSETS = "fixedAssets"
SELECT = ("id", "number", SERIAL_NUMBER, "blocked")
Kind = AssetNotice.Kind


def chain(notice: AssetNotice) -> str:
    """What is told of one asset goes one after the other."""
    return f"asset:{notice.number}"


def prepare(notice: AssetNotice, key: UUID) -> Prepared:
    """Write the asset through the field mapping; what changes or retires it waits for its registration."""
    if notice.kind != Kind.REGISTERED and not _is_known(notice):
        return Prepared(waiting_for=f"the registration of asset {notice.number} from the CAFM")
    header = mapping.compiled(defaults.ASSET)
    body, problems = header.apply(record(notice), masters.of(notice.company))
    if number := bc_numbers(notice.company, [notice.number]).get(notice.number):
        body["number"] = number
    return Prepared(body, header.version, problems=[str(problem) for problem in problems])


def bc_numbers(company: Company, numbers: Iterable[str]) -> dict[str, str]:
    """Give BC's number of each registered asset of the CAFM."""
    wanted = set(numbers)
    if not wanted:  # most orders name none; only asking would cost a twentieth of a delivery
        return {}
    registered = AssetNotice.objects.filter(company=company, kind=Kind.REGISTERED, number__in=wanted)
    return dict(registered.exclude(bc_number="").values_list("number", "bc_number"))


class AssetVisit(Visit):
    """Look for the fixed asset; then make it, change it, or give its disposal to a person."""

    asset: dict[str, Any] | None = None

    def find(self) -> Posted | Standing:
        """Look whether BC says what was told. Its number is a key there: writing again cannot double it."""
        self.asset = self._read()
        if self.asset is not None and self._says_so(self.asset):
            return Posted(as_uuid(self.asset["id"]), self.asset["number"])
        return Standing.REPEATABLE

    def send(self, before_write: BeforeWrite) -> Posted:
        """Make or change the fixed asset; raises PermanentError where a person has to."""
        if self.document.kind == Kind.RETIRED:
            self._leave_the_disposal()
        if self.document.kind == Kind.REGISTERED:
            self._check_is_free()
            before_write()
            made = self.client.create(ASSETS, self.payload)
            return Posted(as_uuid(made["id"]), made["number"])
        if self.asset is None:
            raise PermanentError(
                f"Fixed asset {self._number} is not in Business Central. See whether it was deleted there; "
                "make it anew and retry, or cancel this.",
                owner="bc",
            )
        before_write()
        made = self.client.update(ASSETS, self.asset["id"], self._changes(self.asset), etag=self.asset[ETAG])
        return Posted(as_uuid(made["id"]), made["number"])

    @property
    def _number(self) -> str:
        return str(self.payload.get("number") or self.document.number).upper()

    @property
    def _serial(self) -> str:
        return str(self.payload.get(SERIAL_NUMBER, ""))

    def _read(self) -> dict[str, Any] | None:
        fields = sorted({*SELECT, *self.payload})
        found = self.client.find(ASSETS, filter=odata.eq("number", self._number), select=fields)
        if not found and self.document.kind == Kind.REGISTERED and self._serial:
            found = self.client.find(ASSETS, filter=odata.eq(SERIAL_NUMBER, self._serial), select=fields)
        return found[0] if len(found) == 1 else None

    def _says_so(self, asset: dict[str, Any]) -> bool:
        if self.document.kind == Kind.RETIRED:
            return bool(asset["blocked"])
        if self.document.kind == Kind.CHANGED:
            return not self._changes(asset)
        return not asset[SERIAL_NUMBER] or not self._serial or same(asset[SERIAL_NUMBER], self._serial)

    def _changes(self, asset: dict[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in self.payload.items() if name != "number"}
        return {name: value for name, value in told.items() if not same(asset[name], value)}

    def _check_is_free(self) -> None:
        if self.asset is not None:
            raise PermanentError(
                f"Business Central has another fixed asset {self._number}, with the serial number "
                f"{self.asset[SERIAL_NUMBER]}. Correct the number on either side, then retry; or mark this "
                "done with the number of the right one.",
                owner="cafm",
            )

    def _leave_the_disposal(self) -> None:
        day = f" on {self.document.retired_on}" if self.document.retired_on else ""
        raise PermanentError(
            f"Asset {self._number} was retired{day} ({self.document.description}). Post its disposal in "
            "Business Central (Fixed Asset G/L Journals), then block its card: a retry of this sees that. "
            "Or mark this done with its number.",
            owner="finance",
            code="by_hand",
        )


def record(notice: AssetNotice) -> dict[str, Any]:
    """The asset as mapping rows may name its fields."""
    return {
        "number": notice.number,
        "description": notice.description,
        "serial_number": notice.serial_number,
        "asset_class": notice.asset_class,
        "location": notice.location,
        "acquired_on": notice.acquired_on,
        "order_number": notice.order_number,
        "parent": notice.parent,
    }


def _is_known(notice: AssetNotice) -> bool:
    registered = AssetNotice.objects.filter(
        company=notice.company, number=notice.number, kind=Kind.REGISTERED
    ).exclude(status=AssetNotice.Status.CANCELLED)
    return registered.exists() or not lookup.missing(
        notice.company, FixedAsset, "number", [notice.number.upper()]
    )
