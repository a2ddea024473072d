"""Versions of a mapping: which one counts, and which one a message keeps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integration import outbox
from integration.mapping import compiled, defaults, drafts, holding, versions
from integration.models import FieldMapping, Message
from tests import factories, mappings
from tests.messages import bring

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(django_user_model: Any) -> tuple[Any, Any]:
    create = django_user_model.objects.create
    return create(username="ines"), create(username="ivan")


def order_mapping() -> FieldMapping:
    defaults.install()
    return FieldMapping.objects.get(name=defaults.ORDER)


def test_a_compiled_mapping_has_its_enabled_rows_in_their_order() -> None:
    defaults.install()
    mappings.change_row(defaults.ORDER, "currencyCode", enabled=False)

    found = compiled(defaults.ORDER)

    assert [row.target for row in found.rows] == [
        "vendorNumber",
        "orderDate",
        "postingDate",
        "requestedReceiptDate",
    ]


def test_a_version_counts_from_its_moment_and_the_one_before_until_then(people: Any) -> None:
    author, reviewer = people
    mapping = order_mapping()
    content = mappings.current(mapping.name).without("currencyCode")
    draft = drafts.submit(drafts.draft(mapping, by=author, content=content), by=author, note="No currency")
    tomorrow = timezone.now() + timedelta(days=1)

    drafts.approve(draft, by=reviewer, seen=draft.revision, effective_from=tomorrow)

    assert compiled(mapping.name).version == 1
    later = mapping.versions.in_force(tomorrow + timedelta(seconds=1)).first()
    assert later is not None
    assert later.number == 2


def test_a_message_keeps_the_version_it_was_built_with() -> None:
    company = factories.open_company()
    before = factories.queued(company, "PO-1")
    mappings.touch(defaults.ORDER)

    after = factories.queued(company, "PO-2")

    before.refresh_from_db()
    assert (before.mapping_version, after.mapping_version) == (1, 2)


@pytest.mark.parametrize(("published", "kept"), [(defaults.ORDER, (2, 1)), (defaults.ORDER_LINE, (1, 2))])
def test_a_message_keeps_the_version_of_its_lines_mapping_beside_that_of_its_head(
    published: str, kept: tuple[int, int]
) -> None:
    company = factories.open_company()
    defaults.install()
    mappings.touch(published)

    message = factories.queued(company, "PO-1")

    message.refresh_from_db()
    assert (message.mapping_version, message.line_mapping_version) == kept


@pytest.mark.parametrize(("remap", "version", "field"), [(False, 1, "orderDate"), (True, 2, "documentDate")])
def test_a_retry_keeps_its_version_unless_it_is_mapped_anew_on_purpose(
    people: Any, remap: bool, version: int, field: str
) -> None:
    message = factories.queued(factories.open_company(), "PO-1")
    bring(message, to="dead", error="Nobody answered.")
    mappings.change_row(defaults.ORDER, "orderDate", target="documentDate")

    outbox.retry(message, by=people[0], reason="It answers again", remap=remap)

    message.refresh_from_db()
    assert message.mapping_version == version
    assert message.payload is not None
    assert field in message.payload


def test_what_the_mapping_was_at_fault_for_is_built_with_the_mended_one(people: Any) -> None:
    company = factories.open_company()
    factories.queued(company, "PO-1")
    mappings.change_row(defaults.ORDER, "orderDate", transform="multiply", parameters={"by": 2})
    message = factories.queued(company, "PO-2")
    message.refresh_from_db()
    assert (message.state, message.remap) == ("rejected", True)
    mappings.change_row(defaults.ORDER, "orderDate", transform="date", parameters={})

    outbox.retry(message, by=people[0], reason="The mapping is mended")

    message.refresh_from_db()
    assert (message.state, message.mapping_version, message.remap) == ("ready", 3, False)


def test_a_held_version_is_used_inside_and_only_there() -> None:
    order_mapping()
    mappings.change_row(defaults.ORDER, "orderDate", target="documentDate")

    with holding({defaults.ORDER: 1}):
        held = compiled(defaults.ORDER)

    assert (held.version, compiled(defaults.ORDER).version) == (1, 2)


def test_a_mapping_that_is_not_installed_says_what_to_run() -> None:
    with pytest.raises(versions.MappingMissing, match=r"Run manage.py set_up to install the defaults\."):
        compiled("purchase order → BC")


def test_messages_of_before_still_have_their_version_after_a_rollback(people: Any) -> None:
    company = factories.open_company()
    factories.queued(company, "PO-1")
    mappings.change_row(defaults.ORDER, "orderDate", target="documentDate")
    message = factories.queued(company, "PO-2")
    mapping = FieldMapping.objects.get(name=defaults.ORDER)

    drafts.roll_back(mapping, mapping.versions.get(number=1), by=people[0], reason="It was wrong")

    after = factories.queued(company, "PO-3")
    assert Message.objects.get(pk=message.pk).mapping_version == 2
    assert after.mapping_version == 1
