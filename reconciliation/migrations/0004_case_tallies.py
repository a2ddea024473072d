"""Let the database keep the counts and sums of the cases, and the BC number that they are found by.

Each statement on the cases adds rows of what came (+) and what went (-); nothing is updated in place, so two
transactions never wait for each other here.
"""

from django.db import migrations

ROWS = """
      SELECT {sign}1, company_id, status, owner_id, code, vendor_number, vendor_name, due_on, discount_until,
             (opened_at AT TIME ZONE 'UTC')::date, closed_at IS NULL, currency, amount,
             coalesce(discount_amount, 0)
        FROM {table}
"""
CAME, WENT = ROWS.format(sign="", table="came"), ROWS.format(sign="-", table="went")
ADD = """
INSERT INTO reconciliation_casetally (company_id, cut, status, owner_id, code, vendor_number, vendor_name,
                                      day, currency, cases, amount, discount, is_folded)
SELECT m.company_id, c.cut, c.status, c.owner_id, c.code, c.vendor_number, c.vendor_name, c.day, m.currency,
       sum(m.n), sum(m.n * m.amount), sum(m.n * m.discount), {folded}
  FROM ({rows}) m (n, company_id, status, owner_id, code, vendor_number, vendor_name, due_on, discount_until,
                   opened_on, is_open, currency, amount, discount),
       LATERAL (VALUES
         ('desk', m.status, m.owner_id, m.code, '', '', NULL::date),
         ('vendor', m.status, NULL, '', m.vendor_number, m.vendor_name, NULL),
         ('due', '', NULL, '', '', '', m.due_on),
         ('discount', '', NULL, '', '', '', m.discount_until),
         ('opened', '', NULL, '', '', '', m.opened_on)
       ) c (cut, status, owner_id, code, vendor_number, vendor_name, day)
 WHERE (c.cut = 'desk' OR m.is_open) AND (c.cut <> 'discount' OR c.day IS NOT NULL)
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
HAVING sum(m.n) <> 0 OR sum(m.n * m.amount) <> 0 OR sum(m.n * m.discount) <> 0;
"""
EVENTS = {
    "insert": ("REFERENCING NEW TABLE AS came", CAME),
    "update": ("REFERENCING OLD TABLE AS went NEW TABLE AS came", f"{CAME} UNION ALL {WENT}"),
    "delete": ("REFERENCING OLD TABLE AS went", WENT),
}
TALLY = "".join(
    f"""
CREATE FUNCTION tieout_tally_cases_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {ADD.format(rows=rows, folded="false")} RETURN NULL; END
$$;
CREATE TRIGGER tally_cases_{event} AFTER {event} ON reconciliation_exceptioncase {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION tieout_tally_cases_{event}();
"""
    for event, (tables, rows) in EVENTS.items()
)
NO_TALLY = "".join(
    f"DROP TRIGGER tally_cases_{event} ON reconciliation_exceptioncase;"
    f"DROP FUNCTION tieout_tally_cases_{event}();"
    for event in EVENTS
)
BC_NUMBER = """
CREATE FUNCTION tieout_tell_case_bc_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reconciliation_exceptioncase SET bc_number = NEW.bc_number
     WHERE invoice_id = NEW.id AND bc_number <> NEW.bc_number;
    RETURN NULL;
END
$$;
CREATE TRIGGER tell_case_bc_number AFTER UPDATE OF bc_number ON reconciliation_supplierinvoice
    FOR EACH ROW WHEN (OLD.bc_number <> NEW.bc_number) EXECUTE FUNCTION tieout_tell_case_bc_number();
"""
NO_BC_NUMBER = """
DROP TRIGGER tell_case_bc_number ON reconciliation_supplierinvoice;
DROP FUNCTION tieout_tell_case_bc_number();
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_policy_versions_stay")]

    operations = [migrations.RunSQL(TALLY, NO_TALLY), migrations.RunSQL(BC_NUMBER, NO_BC_NUMBER)]
