"""The ends of the chains that the log knows, the export that is verified apart, and what may be forgotten."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from masterdata import chain
from masterdata.audit import acting_as
from masterdata.models import ChainHead, Change, Company, Seal, Unit

from .test_tampering import as_superuser

pytestmark = pytest.mark.django_db
OF_UNIT = "\"table\" = 'masterdata_unit'"
SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "verify_audit_export.py"


@pytest.fixture
def unit() -> Unit:
    company = Company.objects.create(name="Nordhafen", ledger_currency="EUR")
    unit = Unit.objects.create(company=company, code="PCS", name="0", row_hash=b"")
    with acting_as("=anna"):
        for number in range(1, 6):
            Unit.objects.filter(pk=unit.pk).update(name=str(number))
    chain.seal()
    return unit


def rewrite(company: Company) -> None:
    """Change a row and make the whole chain good after it, as whoever knows the program could."""
    as_superuser(
        f"UPDATE masterdata_change SET actor = 'berta' WHERE {OF_UNIT}",
        "DELETE FROM masterdata_seal",
        "DELETE FROM masterdata_chainhead",
        "DELETE FROM masterdata_sealed",
    )
    chain.seal()


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_the_log(unit, caplog, tmp_path, capsys) -> None:
    with caplog.at_level("INFO"):
        heads = chain.tell_heads()
    log = tmp_path / "tieout.log"
    log.write_text(caplog.text)
    as_superuser("DELETE FROM masterdata_change WHERE action = 'head'")  # the log alone has to find it

    call_command("verify_audit", "--heads", str(log))
    rewrite(unit.company)
    call_command("verify_audit")
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", "--heads", str(log), "--json")

    assert [head.chain for head in heads] == [0, unit.company_id]
    assert ended.value.code == 1
    verdict = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [fault["kind"] for fault in verdict["told"]] == ["rewritten"]
    assert verdict["told"][0]["chain"] == "Nordhafen"


def test_a_chain_that_was_rewritten_as_a_whole_is_found_by_the_chain_of_all_companies(unit) -> None:
    chain.tell_heads()
    chain.seal()
    as_superuser(
        "UPDATE masterdata_change SET actor = 'berta' WHERE company_id IS NOT NULL",
        f"DELETE FROM masterdata_seal WHERE chain = {unit.company_id}",
        f"DELETE FROM masterdata_chainhead WHERE chain = {unit.company_id}",
    )

    assert {"cut off", "inserted"} <= {fault.kind for fault in chain.verify().told}


def exported(company: Company, tmp_path: Path, kind: str) -> Path:
    file = tmp_path / f"chain.{kind}"
    lines = chain.export_csv(company.pk) if kind == "csv" else chain.export_lines(company.pk)
    file.write_text("".join(lines), encoding="utf-8", newline="")
    return file


def verified(*files: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, files)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_export_is_verified_apart_and_tells_the_first_row_that_is_wrong(unit, tmp_path, kind) -> None:
    file = exported(unit.company, tmp_path, kind)
    end = bytes(ChainHead.objects.get(chain=unit.company_id).hash).hex()

    whole = verified(file)
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    edited = file.with_stem("edited")
    edited.write_text("".join([*lines[:2], lines[2].replace("anna", "berta"), *lines[3:]]))
    shorter = file.with_stem("shorter")
    shorter.write_text("".join([*lines[:2], *lines[3:]]))

    assert (whole.returncode, whole.stdout.strip()) == (
        0,
        f"5 rows verified. The chain ends at 5 with {end}.",
    )
    assert verified(edited).returncode == 1
    assert verified(edited).stdout.startswith("Place ")
    assert verified(shorter).returncode == 1


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_an_export_is_checked_by_the_heads_that_go_along(unit, tmp_path, kind) -> None:
    file, heads = exported(unit.company, tmp_path, kind), tmp_path / "heads.txt"
    heads.write_text(chain.write_heads())
    other = tmp_path / "other.txt"
    other.write_text(re.sub("with [0-9a-f]{64}", "with " + "0" * 64, heads.read_text()))
    shorter = file.with_stem("shorter")
    shorter.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))

    assert verified(file, heads).returncode == 0
    assert "the chain was rewritten" in verified(file, other).stdout
    assert "The heads tell of place 5, and the export ends at 4." in verified(shorter, heads).stdout
    assert "SHA-256" in heads.read_text()


def test_no_cell_of_an_export_is_taken_for_a_formula(unit, tmp_path) -> None:
    assert ",'=anna," in exported(unit.company, tmp_path, "csv").read_text()


def test_what_was_forgotten_keeps_its_place_and_the_chain_its_strength(unit) -> None:
    old = timezone.now() - datetime.timedelta(days=5 * 365)
    as_superuser(
        "DELETE FROM masterdata_seal", "DELETE FROM masterdata_chainhead", "DELETE FROM masterdata_sealed"
    )
    as_superuser(f"UPDATE masterdata_change SET at = '{old.isoformat()}' WHERE id % 2 = 0 AND {OF_UNIT}")
    odd = Change.objects.filter(table="masterdata_unit").extra(where=["id %% 2 = 1"]).count()
    with time_machine.travel(old, tick=False):
        chain.seal()
        chain.tell_heads()
    chain.seal()

    gone = chain.forget()
    chain.seal()

    verdict = chain.verify()
    assert gone == {"changes of mirrored master data": 5 - odd}
    assert (verdict.faults, verdict.forgotten) == (0, 5 - odd)
    line = Change.objects.get(action="forget")
    assert (line.new["rows"], line.new["kind"]) == (5 - odd, "changes of mirrored master data")
    kept = Change.objects.filter(table="masterdata_unit").latest("pk").pk
    as_superuser(f"DELETE FROM masterdata_change WHERE id = {kept}")
    assert [fault.kind for fault in chain.verify().told] == ["deleted"]


def test_a_company_without_changes_is_whole() -> None:
    verdict = chain.verify()

    assert (verdict.rows, verdict.faults, Seal.objects.count()) == (0, 0, 0)
