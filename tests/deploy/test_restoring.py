"""The drill: a backup from an hour ago is restored, the CAFM sends again, and nothing is in BC twice."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.db import connection

from integration import delivery, inbox
from integration.cafm import auth
from integration.delivery import doubt
from integration.models import Message
from reconciliation.models import PurchaseOrder
from tests.deploy.postgres import program
from tests.rehearsal import exports

if TYPE_CHECKING:
    from integration.sandbox.launch import Running

ROOT = Path(__file__).resolve().parents[2]
BEFORE = [exports.order("PO-1"), exports.order("PO-2")]
AFTER = [exports.order("PO-3"), exports.receipt("GR-3", "PO-3"), exports.order("PO-4")]


@pytest.fixture
def house(transactional_db: None, sandbox: Running, settings: Any) -> Any:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


def test_after_a_restore_what_business_central_has_is_adopted(house: Any, tmp_path: Path) -> None:
    backup = tmp_path / "tieout.dump"
    key, _secret = auth.issue(house.company, "CAFM", ["events"])
    _send(BEFORE, key)
    _run("backup.sh", backup)
    _send(AFTER, key)

    connection.close()
    _run("restore.sh", backup)
    doubt.begin_anew()
    assert sorted(PurchaseOrder.objects.values_list("number", flat=True)) == ["PO-1", "PO-2"]
    _send([*BEFORE, *AFTER], key)

    life = doubt.latest()
    assert life is not None
    assert life.reason == doubt.RESTORED
    assert set(Message.objects.values_list("state", flat=True)) == {"done"}
    assert len(house.dump("purchaseOrders")) == 4
    received = Counter(row["orderNumber"] for row in house.dump("purchaseReceipts"))
    assert list(received.values()) == [1]
    adopted = Message.objects.filter(tries__outcome="adopted").values_list("document_number", flat=True)
    assert sorted(adopted) == ["GR-3", "PO-3", "PO-4"]


def _send(events: list[dict[str, Any]], key: Any) -> None:
    for event in events:
        inbox.receive(event, key=key)
    delivery.drain(until_idle=True)


def _run(script: str, file: Path) -> None:
    told = connection.settings_dict
    query = urlencode({"host": told["HOST"], "user": told["USER"], "port": told["PORT"] or "5432"}, safe="/")
    environment = os.environ | {
        "DATABASE_URL": f"postgresql:///{told['NAME']}?{query}",
        "PGPASSWORD": str(told["PASSWORD"]),
        "PG_DUMP": program("pg_dump"),
        "PG_RESTORE": program("pg_restore"),
    }
    answer = subprocess.run(
        ["bash", str(ROOT / "deploy" / script), str(file)], env=environment, capture_output=True, text=True
    )
    assert answer.returncode == 0, answer.stderr
