"""A day that was taken is kept, signed off by somebody who saw it, and then stays as it is."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reconciliation import control, roles
from reconciliation.models import ControlDay, SignOff
from tests.factories import open_company, person
from tests.totals.days import a_day

if TYPE_CHECKING:
    from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def frida() -> User:
    return person(roles.FINANCE_CONTROLLER)


@pytest.fixture
def kept() -> ControlDay:
    return control.keep(open_company(), a_day(late=True), now=timezone.now())


def test_a_day_taken_again_takes_the_place_of_the_one_before(kept: ControlDay) -> None:
    again = control.keep(kept.company, a_day(), now=timezone.now())

    assert again.pk == kept.pk
    assert again.differences.count() == 0
    assert [(row.side, row.count, row.done, row.amounts) for row in again.totals.order_by("pk")] == [
        ("cafm", None, 0, {}),
        ("portal", 2, 2, {"EUR": "100.2"}),
        ("bc", None, 0, {}),
    ]


def test_a_signature_names_the_figures_that_were_seen(kept: ControlDay, frida: User) -> None:
    seen = control.fingerprint(kept)

    signed = control.sign_off(kept, by=frida, note="GR-2 comes tomorrow", seen=seen)

    assert (signed.by, signed.differences, signed.sha256) == (frida, 1, seen)
    with pytest.raises(control.NotNow, match="is signed off"):
        control.keep(kept.company, a_day(), now=timezone.now())
    assert control.fingerprint(ControlDay.objects.get()) == seen


def test_what_differs_is_not_signed_without_a_word(kept: ControlDay, frida: User) -> None:
    with pytest.raises(control.NotNow, match="Say in the note why"):
        control.sign_off(kept, by=frida, note=" ", seen=control.fingerprint(kept))


def test_other_figures_than_those_seen_are_not_signed(kept: ControlDay, frida: User) -> None:
    seen = control.fingerprint(kept)
    control.keep(kept.company, a_day(), now=timezone.now())

    with pytest.raises(control.NotNow, match="taken again since you opened it"):
        control.sign_off(kept, by=frida, note="", seen=seen)
    assert not SignOff.objects.exists()


def test_a_day_that_bc_was_not_asked_for_is_not_signed(frida: User) -> None:
    day = control.keep(open_company(), a_day(unread="Business Central is not connected."), now=timezone.now())

    with pytest.raises(control.NotNow, match="was not read"):
        control.sign_off(day, by=frida, note="", seen=control.fingerprint(day))


def test_a_day_is_signed_when_it_is_over_by_the_companys_clock(frida: User) -> None:
    now = timezone.now()
    soon, before = now + datetime.timedelta(minutes=1), now - datetime.timedelta(minutes=1)
    later = control.keep(open_company(), a_day(), now=now, ends_at=soon)

    with pytest.raises(control.NotNow, match="is not over"):
        control.sign_off(later, by=frida, note="", seen=control.fingerprint(later))
    over = control.keep(later.company, a_day(), now=now, ends_at=before)
    assert control.sign_off(over, by=frida, note="", seen=control.fingerprint(over)).differences == 0


def test_a_day_that_was_taken_before_it_was_over_is_taken_again_before_it_is_signed(frida: User) -> None:
    ended = timezone.now() - datetime.timedelta(minutes=1)
    noon = ended - datetime.timedelta(hours=12)
    day = control.keep(open_company(), a_day(), now=noon, ends_at=ended)

    with pytest.raises(control.NotNow, match="taken before it was over"):
        control.sign_off(day, by=frida, note="", seen=control.fingerprint(day))
    again = control.keep(day.company, a_day(), now=timezone.now(), ends_at=ended)
    assert control.sign_off(again, by=frida, note="", seen=control.fingerprint(again)).differences == 0


def test_a_withdrawn_signature_stays_in_the_book_and_frees_the_day(kept: ControlDay, frida: User) -> None:
    control.sign_off(kept, by=frida, note="seen", seen=control.fingerprint(kept))

    control.withdraw(kept, by=frida, why="A receipt came late")

    assert control.standing(kept) is None
    assert SignOff.objects.get().withdrawn_why == "A receipt came late"
    control.keep(kept.company, a_day(), now=timezone.now())


def test_the_database_holds_one_signature_a_day_and_a_reason_for_each_withdrawal(
    kept: ControlDay, frida: User
) -> None:
    values = {"day": kept, "by": frida, "differences": 0, "sha256": "0" * 64}
    SignOff.objects.create(**values)

    with pytest.raises(IntegrityError, match="day_signed_off_once"), transaction.atomic():
        SignOff.objects.create(**values)
    with pytest.raises(IntegrityError, match="withdrawn_by_someone"), transaction.atomic():
        SignOff.objects.update(withdrawn_at=timezone.now(), withdrawn_by=frida)


def test_the_morning_is_read_from_what_is_kept(kept: ControlDay) -> None:
    said = control.morning(kept, datetime.UTC)

    assert said == [
        "1 of 2 of yesterday's receipts are posted; GR-2 waits for unit BX, owner Stores, since 08:12."
    ]
