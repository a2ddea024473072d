"""Why two sides differ: for each cause whose it is and what to do."""

from __future__ import annotations

from enum import StrEnum

from .facts import Kind

CAFM = "CAFM"
INTEGRATION = "Integration admin"
CONTROLLER = "Finance controller"

# Who answers for a kind when the cause names nobody else.
DESKS: dict[Kind, str] = {
    Kind.REQUEST: "Purchasing",
    Kind.ORDER: "Purchasing",
    Kind.RECEIPT: "Stores",
    Kind.REVERSAL: "Stores",
    Kind.RETURN: "Stores",
    Kind.SERVICE: "Purchasing",
    Kind.CONSUMPTION: "Stores",
    Kind.ADJUSTMENT: "Stores",
    Kind.TRANSFER: "Stores",
    Kind.INVOICE: "Accounts payable",
    Kind.CREDIT_MEMO: "Accounts payable",
    Kind.ASSET: CONTROLLER,
}


class Cause(StrEnum):
    # CAFM and portal
    SILENT = "silent"
    MISSING = "missing"
    UNNAMED = "unnamed"
    EXTRA = "extra"
    OTHER_DAY = "other_day"
    TOLD_QUANTITY = "told_quantity"
    TOLD_AMOUNT = "told_amount"
    CONTRADICTS = "contradicts"
    # Portal and BC
    MOVING = "moving"
    CHECKING = "checking"
    WAITING = "waiting"
    STUCK = "stuck"
    HELD = "held"
    GIVEN_UP = "given_up"
    GONE = "gone"
    DOUBLED = "doubled"
    THERE_ALREADY = "there_already"
    BESIDE = "beside"
    UNKNOWN = "unknown"
    BC_QUANTITY = "bc_quantity"
    BC_AMOUNT = "bc_amount"
    BC_DAY = "bc_day"

    @property
    def label(self) -> str:
        return LABELS[self]

    def owner(self, kind: Kind) -> str:
        """Name who answers for it: whoever answers for the kind where the table names nobody."""
        return OWNERS.get(self) or DESKS[kind]

    @property
    def to_do(self) -> str:
        return TO_DO[self]


LABELS: dict[Cause, str] = {
    Cause.SILENT: "the CAFM told no totals",
    Cause.MISSING: "missing here",
    Cause.UNNAMED: "counts differ, no numbers named",
    Cause.EXTRA: "not in the CAFM's totals",
    Cause.OTHER_DAY: "of another day here",
    Cause.TOLD_QUANTITY: "the CAFM's quantity differs",
    Cause.TOLD_AMOUNT: "the CAFM's amount differs",
    Cause.CONTRADICTS: "the CAFM's count and numbers disagree",
    Cause.MOVING: "on its way",
    Cause.CHECKING: "being looked for in Business Central",
    Cause.WAITING: "waiting",
    Cause.STUCK: "stopped, a person has to act",
    Cause.HELD: "held back by an exception",
    Cause.GIVEN_UP: "given up by a person",
    Cause.GONE: "gone from Business Central",
    Cause.DOUBLED: "twice in Business Central",
    Cause.THERE_ALREADY: "in Business Central, not marked here",
    Cause.BESIDE: "posted beside the portal",
    Cause.UNKNOWN: "ours in Business Central, unknown here",
    Cause.BC_QUANTITY: "quantity differs in Business Central",
    Cause.BC_AMOUNT: "amount differs in Business Central",
    Cause.BC_DAY: "of another day in Business Central",
}
OWNERS: dict[Cause, str] = {
    Cause.SILENT: CAFM,
    Cause.MISSING: CAFM,
    Cause.UNNAMED: CAFM,
    Cause.EXTRA: CAFM,
    Cause.OTHER_DAY: CAFM,
    Cause.TOLD_QUANTITY: CAFM,
    Cause.TOLD_AMOUNT: CAFM,
    Cause.CONTRADICTS: CAFM,
    Cause.MOVING: INTEGRATION,
    Cause.CHECKING: INTEGRATION,
    Cause.DOUBLED: CONTROLLER,
    Cause.THERE_ALREADY: INTEGRATION,
    Cause.BESIDE: CONTROLLER,
    Cause.UNKNOWN: INTEGRATION,
    Cause.BC_DAY: CONTROLLER,
}
TO_DO: dict[Cause, str] = {
    Cause.SILENT: "Have the CAFM send day.totals for this day; the same day sent again replaces it.",
    Cause.MISSING: "Have the CAFM send its event again; an event that came before does no harm.",
    Cause.UNNAMED: "Have the CAFM name the numbers in day.totals: then the one that is missing is named.",
    Cause.EXTRA: "See in the CAFM whether it was deleted or dated anew, and have it send the totals again.",
    Cause.OTHER_DAY: "Correct the date in the CAFM, or have the totals of both days sent again.",
    Cause.TOLD_QUANTITY: "Compare the lines with the CAFM's; one was changed there and not sent.",
    Cause.TOLD_AMOUNT: "Compare the lines with the CAFM's; one was changed there and not sent.",
    Cause.CONTRADICTS: "Have the CAFM correct its totals and send them again.",
    Cause.MOVING: "Nothing: it goes on by itself. Look again later.",
    Cause.CHECKING: "Nothing: it is looked for until Business Central can no longer be working on it.",
    Cause.WAITING: "See that it comes; the document then goes on by itself.",
    Cause.STUCK: "Open its message: it says what is wrong. Mend that, then retry.",
    Cause.HELD: "Decide its exception.",
    Cause.GIVEN_UP: "Nothing, if that was right. Otherwise have the CAFM send it under a new number.",
    Cause.GONE: "See in Business Central who deleted it, and post it there again under this number.",
    Cause.DOUBLED: "Keep one and delete or reverse the other in Business Central.",
    Cause.THERE_ALREADY: "Open the message and let it be looked for: it is then marked as posted.",
    Cause.BESIDE: "Have it recorded in the CAFM as well, or reverse it in Business Central.",
    Cause.UNKNOWN: "Was the database restored? Have the CAFM send its events of that day again.",
    Cause.BC_QUANTITY: "Somebody changed it in Business Central. Put it right on the side that is wrong.",
    Cause.BC_AMOUNT: "Somebody changed it in Business Central. Put it right on the side that is wrong.",
    Cause.BC_DAY: "The day is right where the goods say so: correct it there, or note why when you sign.",
}
