"""The page of the open balances: files go in, a worker takes them, and what is wrong stands by row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from integration.models import OpeningRun
from integration.tasks import take_over_balances
from reconciliation import roles
from reconciliation.models import PurchaseOrder
from tests import factories
from tests.desk.reading import words

from .old_way import FILES, files


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(factories.person(role))
    return client


def uploads(**changed: str) -> dict[str, Any]:
    return {name: SimpleUploadedFile(f"{name}.csv", content) for name, content in files(**changed).items()}


def test_files_are_sent_taken_by_a_worker_and_shown(house: Any) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)

    client.post("/cutover/open-balances/send/", uploads() | {"how": "write"})
    run = OpeningRun.objects.get()
    assert "A worker is at it" in words(client.get(f"/cutover/open-balances/{run.pk}/"))
    take_over_balances()

    told = words(client.get(f"/cutover/open-balances/{run.pk}/"))
    assert "Every row is right, and all are taken over." in told
    assert "Received to date 7 7 ✓ Yes" in told
    assert PurchaseOrder.objects.count() == 1
    assert "4 rows, done" in words(client.get("/cutover/"))


def test_what_nobody_foresaw_is_told_in_a_plain_sentence_and_in_full_in_the_log(
    house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken: Any = {"orders": 5}
    run = OpeningRun.objects.create(company=house.company, by="lead", files=broken, asked_at=timezone.now())

    take_over_balances()

    told = words(signed_in(roles.INTEGRATION_ADMIN).get(f"/cutover/open-balances/{run.pk}/"))
    assert "Tieout failed on these files by its own fault." in told
    assert f"the log tells more of open balances {run.pk}." in told
    assert "Error" not in told
    assert f"Taking over open balances {run.pk} failed" in caplog.text


def test_what_is_wrong_is_shown_by_row(house: Any) -> None:
    client = signed_in(roles.INTEGRATION_ADMIN)
    wrong = FILES["orders"].replace(",7,5", ",8,5")

    client.post("/cutover/open-balances/send/", uploads(orders=wrong) | {"how": "write"})
    take_over_balances()

    told = words(client.get(f"/cutover/open-balances/{OpeningRun.objects.get().pk}/"))
    assert "1 row cannot be taken over as they are" in told
    assert "Orders 2 received The file says 8, Business Central 7." in told
    assert "Received to date 8 7 ✕ No" in told


@pytest.mark.django_db
def test_without_files_nothing_is_begun() -> None:
    factories.open_company()
    answer = signed_in(roles.INTEGRATION_ADMIN).post("/cutover/open-balances/send/", follow=True)

    assert "Give at least one of the files orders, receipts, invoices, stock." in words(answer)
    assert "No files were sent yet" in words(answer)
    assert not OpeningRun.objects.exists()


@pytest.mark.django_db
def test_who_may_only_look_is_shown_no_form() -> None:
    factories.open_company()
    client = signed_in(roles.FINANCE_CONTROLLER)

    assert "Send the files" not in words(client.get("/cutover/open-balances/"))
    assert client.post("/cutover/open-balances/send/", {"how": "write"}).status_code == 403


@pytest.mark.django_db
def test_an_empty_file_has_the_headings() -> None:
    factories.open_company()
    answer = signed_in(roles.AUDITOR).get("/cutover/open-balances/stock.csv")

    assert answer.content.decode() == "item,location,quantity,unit\r\n"


def test_the_command_is_a_dry_run_until_it_is_told_to_write(
    house: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = []
    for name, content in files().items():
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
        given += [f"--{name}", str(path)]

    call_command("open_balances", *given, "--json")
    assert json.loads(capsys.readouterr().out)["ok"]
    assert not PurchaseOrder.objects.exists()
    call_command("open_balances", *given, "--write")
    assert "Stock, in base units: 7 in the files = 7 in Business Central" in capsys.readouterr().out
    with pytest.raises(CommandError, match="wrong"):
        call_command("open_balances", *given, "--write")
