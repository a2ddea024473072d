"""A rehearsal writes nothing, and says of each document what then becomes of it."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from integration import rehearsal
from integration.models import ApiKey, DatabaseLife, InboxEvent, Message, RehearsedDocument
from integration.rehearsal import running
from reconciliation.models import PurchaseOrder

from . import exports
from .real_run import run_for_real


def _rehearse(tmp_path: Path, events: list[dict[str, Any]] = exports.EVENTS) -> Any:
    return rehearsal.run(rehearsal.read(exports.write(tmp_path / "export.jsonl", events)), by="lead")


def _fates(kept: Any) -> dict[str, str]:
    return dict(kept.documents.values_list("number", "fate"))


def test_each_document_has_its_fate_with_cause_and_owner(house: Any, tmp_path: Path) -> None:
    kept = _rehearse(tmp_path)

    assert _fates(kept) == {
        "PO-1": "posts",
        "GR-1": "posts",
        "INV-1": "posts",
        "PO-2": "posts",
        "GR-2": "posts",
        "INV-2": "blocked",
        "PO-3": "fails",
        "PO-4": "fails",
        "PO-5": "refused",
        "GR-6": "waits",
    }
    causes = {each.what: (each.owner, each.example) for each in rehearsal.by_cause(kept)}
    assert causes["Vendor V2 blocked"] == ("Integration admin", "PO-3")
    assert causes["Price over order"] == ("AP clerk", "INV-2")
    assert causes["The event has the wrong shape (/data/lines/0/quantity)"] == ("CAFM", "PO-5")
    posts = {each.what: (each.count, each.amount) for each in rehearsal.by_kind(kept) if each.fate == "posts"}
    assert posts["purchase_order.approved.v1"] == (2, Decimal(250))
    assert posts["supplier_invoice.received.v1"] == (1, Decimal(125))
    assert kept.masters == 14
    assert kept.calls > 0


def test_more_documents_take_no_more_locks(house: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """All is one transaction, and PostgreSQL has room for some thousands of locks only."""
    held: list[int] = []
    work_off = running._work_off

    def then_counted(events: int) -> None:
        work_off(events)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
            )
            held.append(cursor.fetchone()[0])

    monkeypatch.setattr(running, "_work_off", then_counted)
    for many in (2, 20):
        _rehearse(tmp_path, [exports.order(f"PO-{number}") for number in range(many)])
    few, more = held

    assert few == more > 0


def test_an_export_is_not_held_in_memory(tmp_path: Path) -> None:
    path = exports.write(
        tmp_path / "export.jsonl", [exports.order(f"PO-{number}") for number in range(2_000)]
    )
    tracemalloc.start()

    found = rehearsal.read(path)
    count = sum(1 for _event in found.events())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (found.count, count) == (2_000, 2_000)
    assert peak < path.stat().st_size / 4


def test_an_export_that_changes_meanwhile_is_not_taken_for_the_one_that_was_read(tmp_path: Path) -> None:
    path = exports.write(tmp_path / "export.jsonl", [exports.order("PO-1")])
    found = rehearsal.read(path)
    exports.write(path, [exports.order("PO-2")])

    with pytest.raises(rehearsal.ExportError, match="has changed since its rehearsal began"):
        list(found.events())


def test_a_packed_export_that_is_cut_off_is_said_to_be_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl.gz"
    path.write_bytes(gzip.compress(b"{}\n")[:-8])

    with pytest.raises(rehearsal.ExportError, match="cannot be read"):
        rehearsal.read(path)


def test_nothing_of_it_stays(house: Any, tmp_path: Path) -> None:
    lives = DatabaseLife.objects.count()
    house.sandbox.control.forget_requests()

    _rehearse(tmp_path)

    assert (InboxEvent.objects.count(), PurchaseOrder.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert ApiKey.objects.count() == 0
    assert DatabaseLife.objects.count() == lives
    assert house.dump("purchaseOrders") == []
    calls = house.sandbox.control.requests()["counts"]
    assert {call.split(" ")[0] for call in calls} == {"GET"}


def test_the_real_run_agrees_line_by_line(house: Any, tmp_path: Path) -> None:
    kept = _rehearse(tmp_path)

    run_for_real(house.company, exports.EVENTS)

    found = rehearsal.compare(kept)
    assert [(str(each.document), each.came, each.why) for each in found.differing] == []
    assert found.agreed == len(exports.EVENTS)
    assert RehearsedDocument.objects.get(number="PO-1").lines != []


def test_what_goes_another_way_is_named(house: Any, tmp_path: Path) -> None:
    kept = _rehearse(tmp_path)
    house.sandbox.control.seed({"vendors": [{"number": "V1", "blocked": "All"}]})

    run_for_real(house.company, exports.EVENTS[:1])

    differing = {each.document.number: each.came for each in rehearsal.compare(kept).differing}
    assert differing["PO-1"] == "would be stuck"
    assert differing["GR-1"] == "not sent yet"


def test_mending_causes_shows_as_a_trend_to_zero(house: Any, tmp_path: Path) -> None:
    _rehearse(tmp_path)
    house.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})
    mended = [event for event in exports.EVENTS if event["data"]["number"] in ("PO-1", "GR-1", "PO-3")]
    _rehearse(tmp_path, mended)

    assert [(each.needing, each.total) for each in rehearsal.trend(house.company)] == [(0, 3), (5, 10)]


def test_the_command_ends_with_1_while_somebody_is_needed(
    house: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = exports.write(tmp_path / "export.jsonl", exports.EVENTS)

    with pytest.raises(CommandError, match="Something would need somebody"):
        call_command("rehearse", str(path), "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["events"], told["masters"]) == (False, 10, 14)


@pytest.mark.parametrize(("content", "told"), [("{}\nnot json\n", "line 2"), (None, "cannot be read")])
def test_an_export_that_cannot_be_read_says_where(content: str | None, told: str, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    if content is not None:
        path.write_text(content)

    with pytest.raises(rehearsal.ExportError, match=told):
        rehearsal.read(path)
