"""Exception cases by the million, written by the database itself: invoices, judgements, cases, findings."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models

from masterdata.models import Company
from reconciliation.models import ExceptionCase, Finding, MatchDecision, SupplierInvoice

OWNERS = 8
FINDINGS = 5  # of a case
CODES = [
    "PRICE_OVER",
    "NO_RECEIPT",
    "OVER_ACCEPTED",
    "UNPLANNED_CHARGE",
    "NO_ACCEPTANCE",
    "NEAR_DUPLICATE",
    "NOT_ON_ORDER",
    "TAX_OVER",
    "NO_CONVERSION",
    "TOTAL",
    "ORDER_CLOSED",
    "LARGE_AMOUNT",
]
# Of twenty cases twelve are open: eight blocked, three waiting, one proposed.
STATUSES = ["open"] * 8 + ["waiting"] * 3 + ["proposed"] + ["released"] * 4 + ["rejected"] + ["cleared"] * 3
GOODS = ["Pump", "Valve", "Filter", "Bearing", "Motor", "Cable", "Gasket", "Sensor", "Relay", "Hose"]

# Figures by arithmetic, not by chance, so that two runs measure the same rows.
INVOICES = {
    "company_id": "%(company)s",
    "number": "'B-' || lpad(i::text, 8, '0')",
    "status": "'blocked'",
    "received_from": "'bench'",
    "created_at": "timestamptz '2026-01-01 06:00+00' + (i * 15000000 / %(cases)s) * interval '1 s'",
    "origin": "'bc'",
    "vendor_number": "'BV' || v",
    "vendor_name": "(%(goods)s::text[])[1 + v %% 10] || ' Bench Vendor ' || v",
    "invoice_date": "date '2026-01-01' + (i * 180 / %(cases)s)::int",
    "currency": "%(ledger)s",
    "order_number": "'BPO-' || i / 2",
    "total": "10 + (i * 7919) %% 100000 / 100.0",
    "match_due": "false",
}
INVOICES_FROM = """
generate_series(1, %(cases)s::bigint) i,
LATERAL (SELECT 1 + ((i * 2654435761) >> 12) %% %(vendors)s) x(v)
"""
DECISIONS = {
    "invoice_id": "v.id",
    "decided_at": "v.created_at",
    "engine": "'bench'",
    "outcome": "'blocked'",
    "question": "'{}'::jsonb",
    "answer": "'{}'::jsonb",
    "question_hash": "''::bytea",
}
OURS = "reconciliation_supplierinvoice v WHERE v.company_id = %(company)s AND v.received_from = 'bench'"
CASES = {
    "company_id": "v.company_id",
    "invoice_id": "v.id",
    "decision_id": "d.id",
    "status": "s.status",
    "owner_id": "CASE WHEN i %% 3 > 0 THEN (%(owners)s::bigint[])[1 + i %% %(people)s] END",
    "opened_at": "v.created_at",
    "closed_at": "CASE WHEN s.status IN ('released', 'rejected', 'cleared') THEN v.created_at + '3 d' END",
    "invoice_number": "v.number",
    "vendor_number": "v.vendor_number",
    "vendor_name": "v.vendor_name",
    "order_number": "v.order_number",
    "code": "(%(codes)s::text[])[1 + ((i * 48271) >> 5) %% %(kinds)s]",
    "reasons": "1 + i %% 3",
    "difference": "v.total * (1 + i %% 20) / 100",
    "amount": "v.total",
    "currency": "v.currency",
    "due_on": "CASE WHEN i %% 10 > 0 THEN v.invoice_date + 30 END",
    "discount_until": "CASE WHEN i %% 4 = 0 THEN v.invoice_date + 14 END",
    "discount_amount": "CASE WHEN i %% 4 = 0 THEN v.total * 0.02 END",
}
CASES_FROM = """
reconciliation_supplierinvoice v JOIN reconciliation_matchdecision d ON d.invoice_id = v.id,
LATERAL (SELECT substr(v.number, 3)::bigint) n(i),
LATERAL (SELECT (%(statuses)s::text[])[1 + ((i * 40503) >> 4) %% 20]) s(status)
 WHERE v.company_id = %(company)s AND v.received_from = 'bench'
"""
FINDINGS_OF = {
    "case_id": "c.id",
    "position": "p",
    "code": "CASE p WHEN 1 THEN c.code ELSE (%(codes)s::text[])[1 + (c.id + p) %% %(kinds)s] END",
    "line": "p",
    "effect": "CASE WHEN p <= c.reasons THEN 'block' ELSE 'warn' END",
    "base": "10",
    "actual": "11",
    "variance": "1",
    "unit": "'PCS'",
    "amount": "c.difference",
    "sentence": "'Line ' || p || ' differs.'",
}
FINDINGS_FROM = """
reconciliation_exceptioncase c JOIN reconciliation_supplierinvoice v ON v.id = c.invoice_id,
generate_series(1, %(findings)s) p
 WHERE c.company_id = %(company)s AND v.received_from = 'bench'
"""
TABLES = ("exceptioncase", "finding", "supplierinvoice", "matchdecision", "casetally")


def fill(company: Company, cases: int, *, vendors: int = 2000, findings: int = FINDINGS) -> None:
    """Make so many cases with their findings; the planner knows the tables afterwards."""
    people = [_person(number) for number in range(OWNERS)]
    figures = {
        "company": company.pk,
        "ledger": company.ledger_currency,
        "cases": cases,
        "vendors": vendors,
        "findings": findings,
        "owners": people,
        "people": len(people),
        "codes": CODES,
        "kinds": len(CODES),
        "statuses": STATUSES,
        "goods": GOODS,
    }
    with connection.cursor() as cursor:
        for model, columns, source in (
            (SupplierInvoice, INVOICES, INVOICES_FROM),
            (MatchDecision, DECISIONS, OURS),
            (ExceptionCase, CASES, CASES_FROM),
            (Finding, FINDINGS_OF, FINDINGS_FROM),
        ):
            cursor.execute(_insert(model, columns, source), figures)
        for table in TABLES:
            cursor.execute(f"ANALYZE reconciliation_{table}")


def _insert(model: type[models.Model], columns: dict[str, str], source: str) -> str:
    """Write the statement; a column that is not named here gets what its model gives it."""
    rest = {
        field.column: _default(field)
        for field in model._meta.local_concrete_fields
        if field.column not in columns and not (field.primary_key or field.null or field.generated)
    }
    named = columns | rest
    values = f"SELECT {', '.join(named.values())} FROM {source}"
    return f"INSERT INTO {model._meta.db_table} ({', '.join(named)}) {values}"


def _default(field: Any) -> str:
    value = field.get_default()
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, list | dict):
        return "'[]'::jsonb" if isinstance(value, list) else "'{}'::jsonb"
    if isinstance(field, models.DateTimeField):
        return "now()"
    return f"'{value or 0}'" if isinstance(field, models.DecimalField) else f"'{value}'"


def _person(number: int) -> int:
    user, _is_new = User.objects.get_or_create(
        username=f"bench{number}", defaults={"first_name": "Bench", "last_name": str(number)}
    )
    return user.pk
