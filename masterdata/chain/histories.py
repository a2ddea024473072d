"""The histories of what people edit, each a book of its own: whoever edits a line of one is found as well.

The columns are named here one by one, and a moment with @ behind it. A column that a model gets later is not
put between these: it would change the words, and with them the seal, of every line that is there already.
"""

from __future__ import annotations

from collections.abc import Iterator

from .book import Book, moment

EVERY = "history_id history_date@ history_type history_user_id history_change_reason id"
OWN = "kept.company_id"
OF_KEY = "(SELECT company_id FROM integration_apikey WHERE id = kept.key_id)"
OF_ALL = "NULL::bigint"

# App and model, what it is the history of, whose it is, and the columns of the model.
TOLD = (
    ("reconciliation", "exceptioncase", "exceptions", OWN,
     "status wait_until opened_at@ closed_at@ cleared_by invoice_number vendor_number vendor_name "
     "order_number code reasons difference percent amount currency due_on discount_until discount_amount "
     "company_id invoice_id decision_id owner_id"),
    ("reconciliation", "approvaltier", "approval tiers", OWN, "position above company_id group_id"),
    ("reconciliation", "firstowner", "first owners", OWN, "code company_id group_id person_id"),
    ("reconciliation", "matchlevel", "match levels", OWN, "vendor_number item_number level company_id"),
    ("reconciliation", "tolerance", "tolerances", OWN,
     "check_name vendor_number item_number code upper_percent upper_amount upper_quantity lower_percent "
     "lower_amount lower_quantity below combine company_id"),
    ("reconciliation", "matchoptions", "matching options", OWN,
     "near_duplicate_days invoice_before_receipt invoice_before_order sample_percent company_id"),
    ("reconciliation", "releaselimit", "release limits", OWN, "amount company_id group_id"),
    ("reconciliation", "vendorfamily", "vendor families", OWN,
     "vendor_number head state company_id proposed_by_id approved_by_id end_proposed_by_id"),
    ("integration", "channel", "channels", OF_ALL, "name kind audience recipients leads_to enabled"),
    ("integration", "escalationrule", "escalation rules", OWN,
     "name subject after_minutes from_attempt least_amount period_days period_minutes reminders enabled "
     "company_id channel_id"),
    ("integration", "mirrorfilter", "filters of the mirrors", OWN,
     "entity field comparison values enabled note company_id"),
    ("integration", "flowswitch", "switches of flows", OWN,
     "kind opens_at@ by reason changed_at@ company_id"),
    ("integration", "fieldmapping", "field mappings", OF_ALL,
     "name direction source target shipped goes_on note profile_id"),
    ("integration", "sourceprofile", "profiles of senders", OF_ALL, "name sources note"),
    ("integration", "morningmail", "morning mails", OWN, "at time_zone enabled company_id channel_id"),
    ("integration", "expectation", "expectations of flows", OWN,
     "name flow by days hours time_zone enabled company_id"),
    ("integration", "webhook", "webhooks", OF_KEY,
     "name url lists enabled former_until@ stopped_at@ stopped_because key_id"),
)  # fmt: skip


def _books() -> Iterator[Book]:
    for app, model, what, company, columns in TOLD:
        words = ", ".join(_word(name) for name in f"{EVERY} {columns}".split())
        yield Book(
            name=f"past {model}",
            title=f"history of {what}",
            table=f"{app}_historical{model}",
            words=f"jsonb_build_array({words})::text",
            company=company,
            key="history_id",
        )


def _word(name: str) -> str:
    column = f'kept."{name.removesuffix("@")}"'
    return moment(column) if name.endswith("@") else column


HISTORIES = tuple(_books())
