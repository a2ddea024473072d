"""Whatever workers, people, time and Business Central do in turn: each document once, in order.

The rows, the verbs, the database and the sandbox are the real ones. Time passes by moving the rows' times
back, and a late commit comes within BC's sixteen minutes of that time.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from integration import couriers, delivery, outbox
from integration.delivery import doubt
from integration.desk import care, replaying
from integration.models import DocumentKind, Message
from integration.models.outbox import MessageQuerySet
from integration.outbox.transitions import BEGINNINGS, TRANSITIONS
from tests.delivery.house import House, item_line, prepare_house
from tests.delivery.model import ledger, wire
from tests.delivery.model.wire import Turn

SETTLED_SECONDS = 1000  # beyond the sixteen minutes in which BC may still carry out a lost call
LATE_SECONDS = 950  # by then it has
LEASE_SECONDS = 300
ROUNDS = 12
ORDERS = 3
State = Message.State
UNSENT = (State.WAITING, State.READY, State.CANCELLED)
ORDER, RECEIPT = DocumentKind.PURCHASE_ORDER, DocumentKind.GOODS_RECEIPT
NEED_STUCK = ("retry_twice", "replay_all", "do_by_hand", "ignore")
PLACES = strategies.integers(0, ORDERS - 1)
DEEDS = (*NEED_STUCK, "cancel", "renew", "put_in_line_again", "pause")
TURNS = strategies.builds(Turn, strategies.sampled_from(wire.TURNS), strategies.sampled_from((1, 1, 2, 3)))


class Outbox(RuleBasedStateMachine):
    """Anything that anybody may do next."""

    sandbox: Any
    person: User

    def __init__(self) -> None:
        super().__init__()
        self.within = transaction.atomic()
        self.within.__enter__()
        self.sandbox.control.reset()
        self.house: House = prepare_house(self.sandbox)
        self.keys: set[UUID] = set()
        self.typed: set[UUID] = set()
        self.orders: list[str] = []
        self.receipts: Counter[str] = Counter()
        self.uses = 0
        self.late: list[int] = []  # the seconds that BC still has for each call on its way
        self.before: dict[UUID, str] = {}
        self.held: Counter[UUID] = Counter()
        self.told: list[Callable[[], Message]] = []
        self.forgotten: set[UUID] = set()  # what is in BC and unknown here since a backup was restored
        self.is_sound = True

    # Documents come

    @initialize()
    def there_is_an_order_with_a_receipt(self) -> None:
        self._order("V1")
        self._receipt(0)

    @rule(kind=strategies.sampled_from(("order", "order", "blocked", "receipt", "receipt", "use")), of=PLACES)
    def a_document_comes(self, kind: str, of: int) -> None:
        if kind in ("order", "blocked") and len(self.orders) < ORDERS:
            self._order("V1" if kind == "order" else "V2")
        elif kind == "use" and self.uses < ORDERS:
            self._use()
        else:
            self._receipt(of % len(self.orders))

    # Workers, time and Business Central

    @rule(turns=strategies.lists(TURNS, min_size=2, max_size=6), after=strategies.sampled_from((0, 20, 200)))
    def workers_take_what_is_due(self, turns: list[Turn], after: int) -> None:
        for turn in turns:
            self._pass(after)
            outbox.sweep(now=timezone.now())
            self._work(turn)

    @rule(seconds=strategies.sampled_from((20, 60, LEASE_SECONDS, SETTLED_SECONDS)))
    def time_passes(self, seconds: int) -> None:
        self._pass(seconds)
        outbox.sweep(now=timezone.now())
        outbox.recheck_waiting()

    @precondition(lambda self: self.late)
    @rule()
    def late_calls_arrive(self) -> None:
        self._arrive()

    # People and events

    @rule(data=strategies.data(), deed=strategies.sampled_from(DEEDS))
    def somebody_does(self, data: Any, deed: str) -> None:
        message = self._one_of(data, Message.objects.stuck() if deed in NEED_STUCK else Message.objects.all())
        if message is not None:
            getattr(self, f"_{deed}")(message)

    def _retry_twice(self, message: Message) -> None:
        self._unblock()
        outbox.retry(message, by=self.person, reason="mended")
        self._refused_or(lambda: outbox.retry(message, by=self.person, reason="the second"), message)

    def _replay_all(self, message: Message) -> None:
        self._unblock()
        stuck = Message.objects.stuck().values_list("pk", flat=True)
        replaying.start(message.company, stuck, by=self.person, reason="mended", per_minute=6000, what="all")
        replaying.work(now=timezone.now() + timedelta(minutes=1))

    def _do_by_hand(self, message: Message) -> None:
        """Who looks finds it or types it, sixteen minutes after the last call; nobody types a receipt."""
        self._arrive()
        self._look()
        if self.held[message.key] or message.document_kind != RECEIPT:
            outbox.mark_done_by_hand(message, by=self.person, reason="seen there", bc_number="BC-1")
            self.typed.add(message.key)

    def _ignore(self, message: Message) -> None:
        if message.cause is not None:
            care.ignore(message.cause, by=self.person, reason="later")

    def _cancel(self, message: Message) -> None:
        self._refused_or(lambda: outbox.cancel(message, by=self.person, reason="not wanted"), message)

    def _renew(self, message: Message) -> None:
        unsent = outbox.unsent(message.document_kind, message.document_id)
        if unsent is not None:
            outbox.renew(unsent, couriers.load(unsent), "Its document has changed.")

    def _put_in_line_again(self, message: Message) -> None:
        if message.state != State.CANCELLED:
            assert outbox.enqueue(message.document_kind, couriers.load(message)).key == message.key

    def _pause(self, message: Message) -> None:
        outbox.hold(message.document_kind, "They rest.", concerns=lambda payload: True)

    # What holds after each step

    @invariant()
    def each_intent_is_there_once_at_most(self) -> None:
        with self._checking():
            self._look()
            assert max(self.held.values(), default=0) <= 1, f"there is one twice: {self._told()}"

    @invariant()
    def nothing_is_lost_and_what_is_said_is_true(self) -> None:
        with self._checking():
            messages = list(Message.objects.all())
            assert {message.key for message in messages} == self.keys
            for message in messages:
                is_there = self.held[message.key] > 0
                if message.state == State.DONE and message.key not in self.typed:
                    assert is_there, f"{message} counts as posted: {self._told()}"
                if message.state in UNSENT and message.key not in self.forgotten:
                    assert not is_there, f"{message} counts as unsent: {self._told()}"

    @invariant()
    def a_chain_has_one_writer_and_goes_in_order(self) -> None:
        with self._checking():
            chains: dict[str, list[Message]] = {}
            for message in Message.objects.order_by("chain", "rank", "pk"):
                chains.setdefault(message.chain, []).append(message)
            for chain in chains.values():
                flying = [place for place, message in enumerate(chain) if message.state in Message.IN_FLIGHT]
                assert len(flying) <= 1, f"two at once: {chain}"
                earlier = chain[: flying[0]] if flying else []
                assert all(message.state in Message.FINAL for message in earlier), (
                    f"one has overtaken: {chain}"
                )

    @invariant()
    def states_change_by_the_table(self) -> None:
        with self._checking():
            now = dict(Message.objects.values_list("key", "state"))
            for key, state in now.items():
                starts = [self.before[key]] if key in self.before else BEGINNINGS
                assert any(state in _reachable(start) for start in starts), (self.before.get(key), state)
            self.before = now

    def teardown(self) -> None:
        """In peace, all that anybody still wants gets there; then forget it all."""
        try:
            if self.is_sound:
                self._end_in_peace()
        finally:
            transaction.set_rollback(True)
            self.within.__exit__(None, None, None)

    # How it is done

    def _order(self, vendor: str) -> None:
        """Put an order in line; vendor V2 is blocked in BC until somebody unblocks it."""
        number = f"PO-{len(self.orders) + 1}"
        line = item_line(quantity=Decimal(ledger.ORDERED))
        self._tell(partial(self.house.order, number, line, vendor=vendor))
        self.orders.append(number)

    def _receipt(self, of: int) -> None:
        order = self.orders[of]
        place = self.receipts[order]
        if place < ledger.MOST_RECEIPTS:
            self.receipts[order] += 1
            number = ledger.receipt_number(order, place)
            self._tell(partial(self.house.receipt, number, order, accepted=Decimal(ledger.accepted(place))))

    def _use(self) -> None:
        self.uses += 1
        self._tell(partial(self.house.consumption, f"IC-{self.uses}"))

    def _tell(self, tell: Callable[[], Message]) -> None:
        self.told.append(tell)
        self.keys.add(tell().key)

    def _work(self, turn: Turn) -> bool:
        doubt.make_sure(wire.client_of(wire.Wire(Turn(), asleep=self._meanwhile), self.house.company))
        message = outbox.claim(now=timezone.now(), worker=turn.what)
        if message is None:
            return False
        self.a_chain_has_one_writer_and_goes_in_order()
        assert message.attempts or message.unknown_since, "an attempt is counted before it is tried"
        if turn.what == "dies at once":
            return True
        rules = wire.rule_of(turn)
        if rules:
            self.sandbox.control.set_faults(rules)
        line = wire.Wire(turn, asleep=self._meanwhile)
        with contextlib.suppress(wire.Died):
            delivery.deliver(message, client=wire.client_of(line, self.house.company))
        if rules:
            struck = any(rule["hits"] for rule in self.sandbox.control.faults())
            self.late += [LATE_SECONDS] if struck and turn.what.startswith("done late") else []
            self.sandbox.control.clear_faults()
        return True

    def _meanwhile(self) -> None:
        """While a worker sleeps its lease ends, and another one takes over."""
        self._pass(LEASE_SECONDS)
        outbox.sweep(now=timezone.now())
        self._work(Turn())

    def _pass(self, seconds: int) -> None:
        if any(left <= seconds for left in self.late):
            self._arrive()
        self.late = [left - seconds for left in self.late]
        ago = timedelta(seconds=seconds)
        Message.objects.unfinished().update(
            next_attempt_at=F("next_attempt_at") - ago,
            unknown_since=F("unknown_since") - ago,
            lease_until=F("lease_until") - ago,
        )

    def _arrive(self) -> None:
        """BC does what it still had to do; a job that waits for its time is done at once."""
        if self.late:
            self.sandbox.control.settle()
            self.late = []

    def _unblock(self) -> None:
        self.sandbox.control.seed({"vendors": [{"number": "V2", "blocked": "_x0020_"}]})

    def _look(self) -> None:
        self.held = ledger.held(self.sandbox.control)

    def _told(self) -> dict[str, tuple[int, str]]:
        return {
            str(message): (self.held[message.key], message.state)
            for message in Message.objects.order_by("pk")
        }

    def _one_of(self, data: Any, messages: MessageQuerySet) -> Message | None:
        found: list[Message] = list(messages.order_by("pk"))
        return found[data.draw(strategies.integers(0, len(found) - 1))] if found else None

    def _refused_or(self, act: Callable[[], object], message: Message) -> None:
        """Let a person try; when that is refused, nothing has changed."""
        before = Message.objects.get(pk=message.pk)
        try:
            with transaction.atomic():
                act()
        except outbox.OutboxError:
            after = Message.objects.get(pk=message.pk)
            assert (after.state, after.fence) == (before.state, before.fence)

    @contextlib.contextmanager
    def _checking(self) -> Any:
        """Know whether a check has failed: then there is no peace to wait for."""
        sound, self.is_sound = self.is_sound, False
        yield
        self.is_sound = sound

    def _end_in_peace(self) -> None:
        self._unblock()
        for _ in range(ROUNDS):
            self._pass(SETTLED_SECONDS)
            outbox.sweep(now=timezone.now())
            for stuck in Message.objects.stuck():
                outbox.retry(stuck, by=self.person, reason="the end")
            outbox.recheck_waiting()
            while self._work(Turn()):
                pass
            left = [message for message in Message.objects.unfinished() if not self._lacks_its_order(message)]
            if not left:
                break
        assert left == [], f"these do not end: {self._told()}"
        self.each_intent_is_there_once_at_most()
        self.nothing_is_lost_and_what_is_said_is_true()

    def _lacks_its_order(self, message: Message) -> bool:
        """Whether its order was cancelled or typed by somebody: then it is with a person, or behind one."""
        orders = Message.objects.filter(chain=message.chain, document_kind=ORDER)
        is_gone = any(order.state == State.CANCELLED or order.key in self.typed for order in orders)
        return message.document_kind == RECEIPT and is_gone


def _reachable(start: str) -> set[str]:
    """Give the states that the table leads to from one, itself included."""
    found, new = {start}, {start}
    while new:
        new = {str(end) for state in new for end in TRANSITIONS[State(state)]} - found
        found |= new
    return found
