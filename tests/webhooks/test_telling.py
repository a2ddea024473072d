"""The CAFM is told that a list has changed: signed, at least once, in order, and not for ever."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from .words import LATER, change, is_signed, make, newest, tell, told

pytestmark = pytest.mark.django_db


def messages() -> list:
    from integration.models import WebhookMessage

    return list(WebhookMessage.objects.order_by("pk"))


def test_a_change_is_told_with_its_cursor_and_signed(company, hook, receiver) -> None:
    change(company)

    count = tell()

    (headers, body), *others = receiver.got
    assert (count, others) == (1, [])
    assert told(receiver) == [("locations", newest(company))]
    assert is_signed(headers, body, hook.given)
    assert not is_signed(headers, body + b" ", hook.given)
    assert headers["webhook-id"] == f"msg_{messages()[0].key}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    assert len(body) < 300
    assert b"Main" not in body


def test_what_did_not_change_is_not_told_again(company, hook, receiver) -> None:
    change(company)

    counts = [tell(), tell(), tell(later=LATER)]
    change(company, name="Renamed")
    counts.append(tell())

    assert counts == [1, 0, 0, 1]


@pytest.mark.parametrize("answer", [500, 503, 429, 404, 302, 308])
def test_a_receiver_that_does_not_take_it_gets_the_same_message_again(
    company, hook, receiver, answer
) -> None:
    receiver.answers = [answer]
    change(company)

    counts = [tell(), tell(later=LATER)]

    (first, first_body), (second, second_body) = receiver.got
    assert counts == [0, 1]
    assert (first["webhook-id"], first_body) == (second["webhook-id"], second_body)
    assert receiver.paths == ["/tieout", "/tieout"]
    assert [message.state for message in messages()] == ["delivered"]
    assert is_signed(second, second_body, hook.given)


def test_between_two_attempts_there_is_a_pause(company, hook, receiver, monkeypatch) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    receiver.answers = [500]
    change(company)

    tell()

    assert tell() == 0
    assert messages()[0].next_attempt_at > timezone.now()
    assert messages()[0].error == "The receiver answered 500: no 2xx."


def test_changes_of_a_list_are_told_in_order(company, hook, receiver) -> None:
    receiver.answers = [500]
    change(company, name="One")
    first = newest(company)
    tell()
    change(company, name="Two")
    change(company, name="Three")

    for _ in range(3):
        tell(later=LATER)

    cursors = [cursor for _, cursor in told(receiver)]
    assert cursors == [first, first, newest(company)]


def test_a_list_that_is_refused_does_not_hold_up_another(company, hook, receiver) -> None:
    receiver.answers = [500]
    change(company, "locations")
    tell()
    change(company, "units")

    assert tell() == 1
    assert told(receiver)[-1][0] == "units"


def test_a_receiver_that_is_down_is_told_when_it_is_back(company, hook, receiver) -> None:
    from integration.models import Webhook

    Webhook.objects.update(url="https://localhost:1/tieout")
    change(company)
    down = tell()
    error = messages()[0].error
    Webhook.objects.update(url=receiver.url)

    assert (down, tell(later=LATER)) == (0, 1)
    assert error == "The receiver cannot be reached. Check its address, and that it runs."


def test_a_slow_receiver_is_left_alone_and_told_again(company, hook, receiver, monkeypatch) -> None:
    monkeypatch.setattr("integration.webhooks.posting.PATIENCE", (3.0, 0.2))
    receiver.released.clear()
    change(company, "locations")
    change(company, "units")

    slow = tell()
    asked = len(receiver.got)
    receiver.released.set()

    assert (slow, asked) == (0, 1)  # the second list has not even been tried
    assert tell(later=LATER) == 2


def test_one_that_is_gone_is_told_nothing_more_until_a_person_starts_it(company, hook, receiver) -> None:
    from integration import webhooks

    receiver.answers = [410]
    change(company)
    gone = tell()
    change(company, name="Later")
    still = tell(later=LATER)
    hook.refresh_from_db()
    because = hook.stopped_because

    webhooks.start_again(hook)

    assert (gone, still, tell()) == (0, 0, 1)
    assert "410" in because
    assert told(receiver)[-1] == ("locations", newest(company))


def test_after_many_attempts_it_is_given_up_and_says_so(company, hook, receiver, monkeypatch) -> None:
    monkeypatch.setattr("integration.webhooks.sending.MOST_ATTEMPTS", 3)
    receiver.answers = [500] * 9
    change(company)

    for _ in range(5):
        tell(later=LATER)

    hook.refresh_from_db()
    assert len(receiver.got) == 3
    assert [message.state for message in messages()] == ["dead"]
    assert hook.stopped_because == "Given up after 3 attempts. The receiver answered 500: no 2xx."
    assert hook.stopped_at is not None


def test_only_the_chosen_lists_are_told_and_only_those_that_the_key_may_read(company, receiver) -> None:
    make(company, receiver.url, lists=("units",))
    make(company, receiver.url, may_read=("items",))
    change(company, "locations")
    change(company, "units")

    tell()

    assert [name for name, _ in told(receiver)] == ["units"]


@pytest.mark.parametrize("what", ["revoked", "disabled"])
def test_a_revoked_key_or_a_switched_off_webhook_is_told_nothing(company, hook, receiver, what) -> None:
    from integration.models import ApiKey, Webhook

    change(company)
    if what == "revoked":
        ApiKey.objects.update(revoked_at=timezone.now())
    else:
        Webhook.objects.update(enabled=False)

    assert tell() == 0
    assert receiver.got == []


def test_for_a_week_both_secrets_sign(company, hook, receiver) -> None:
    from integration import webhooks

    former = hook.given
    given = webhooks.new_secret(hook, now=timezone.now())
    change(company)
    tell()
    hook.former_until = timezone.now() - timedelta(seconds=1)
    hook.save()
    change(company, name="Later")
    tell()

    first, second = receiver.got
    assert (is_signed(*first, former), is_signed(*first, given)) == (True, True)
    assert (is_signed(*second, former), is_signed(*second, given)) == (False, True)


def test_a_worker_that_died_after_sending_makes_it_told_twice_with_one_id(company, hook, receiver) -> None:
    from integration.webhooks import notices, sending

    change(company)
    notices.write_due(now=timezone.now())
    message = sending._claim(timezone.now(), set())
    sending._send(message)  # and here its power fails

    early, late = tell(), tell(later=LATER)

    assert (early, late) == (0, 1)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 2


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_message_once(company, hook, receiver) -> None:
    from django.db import connection

    change(company, "locations")
    change(company, "units")

    def work(_number: int) -> int:
        try:
            return tell()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))

    assert sum(counts) == len(receiver.got) == 2


def test_the_secret_is_encrypted_and_in_no_history(company, hook) -> None:
    from integration.models import Webhook
    from integration.webhooks import endpoints, signing

    kept = bytes(Webhook.objects.get().secret)
    plain = endpoints.secrets_of(hook, now=timezone.now())[0]

    assert signing.written(plain) == hook.given
    assert plain not in kept
    assert hook.given.encode() not in kept
    assert not {"secret", "former_secret"} & {field.name for field in Webhook.history.model._meta.fields}


def test_without_its_key_a_webhook_stops_and_says_what_to_do(company, hook, receiver, settings) -> None:
    from cryptography.fernet import Fernet

    settings.WEBHOOK_KEYS = [Fernet.generate_key().decode()]
    change(company)

    assert tell() == 0
    hook.refresh_from_db()
    assert "Put the former key back into WEBHOOK_KEYS" in hook.stopped_because


def test_a_private_network_is_called_only_when_it_is_named(company, hook, receiver, settings) -> None:
    settings.WEBHOOK_NETWORKS = []
    change(company)

    assert tell() == 0
    assert receiver.got == []
    assert "which is not called unless WEBHOOK_NETWORKS" in messages()[0].error


def test_old_messages_go_but_what_was_told_last_stays_known(company, hook, receiver) -> None:
    from integration import webhooks

    change(company, name="One")
    tell()
    change(company, name="Two")
    tell()

    webhooks.forget_old(now=timezone.now() + timedelta(days=31))

    assert len(messages()) == 1
    assert tell() == 0


def test_a_new_secret_does_not_start_a_webhook_that_was_stopped_meanwhile(hook) -> None:
    from integration.models import Webhook
    from integration.webhooks import endpoints

    Webhook.objects.filter(pk=hook.pk).update(stopped_at=timezone.now(), stopped_because="It is gone.")

    endpoints.new_secret(hook, now=timezone.now())

    hook.refresh_from_db()
    assert (hook.stopped_at is not None, hook.stopped_because) == (True, "It is gone.")


def test_a_worker_whose_message_was_taken_over_does_not_stop_the_webhook(company, hook, receiver) -> None:
    from integration import webhooks
    from integration.webhooks import sending

    change(company)
    webhooks.write_due(now=timezone.now())
    slow = sending._claim(timezone.now(), set())
    quick = sending._claim(timezone.now() + LATER, set())

    sending._failed(slow, webhooks.Failed("The receiver answered 410.", is_gone=True))

    hook.refresh_from_db()
    assert (slow.pk, hook.stopped_at) == (quick.pk, None)


def test_of_two_new_secrets_at_once_the_one_before_the_newest_still_signs(company, hook) -> None:
    from integration.models import Webhook
    from integration.webhooks import endpoints, signing

    first, second = Webhook.objects.get(pk=hook.pk), Webhook.objects.get(pk=hook.pk)
    given = [endpoints.new_secret(each, now=timezone.now()) for each in (first, second)]

    signs = endpoints.secrets_of(Webhook.objects.get(pk=hook.pk), now=timezone.now())
    assert [signing.written(each) for each in signs] == given[::-1]
