"""Publish the rules that companies have as their first version, and let nobody change a version afterwards."""

from django.db import migrations
from django.utils import timezone

PROTECT = """
CREATE FUNCTION tieout_policy_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'Policy version % is kept for ever: decisions refer to it.', OLD.number;
  END IF;
  IF (NEW.company_id, NEW.number, NEW.content, NEW.reason, NEW.wanted_from, NEW.proposed_by_id, NEW.proposed_at)
     IS DISTINCT FROM
     (OLD.company_id, OLD.number, OLD.content, OLD.reason, OLD.wanted_from, OLD.proposed_by_id, OLD.proposed_at)
  THEN
    RAISE EXCEPTION 'What policy version % says is not changed any more: propose a new one.', OLD.number;
  END IF;
  IF NOT (OLD.state = 'proposed'
          OR (OLD.state = 'approved' AND NEW.state = 'withdrawn' AND OLD.in_force_from > clock_timestamp()
              AND (NEW.in_force_from, NEW.decided_by_id, NEW.decided_at, NEW.decision_note)
                  IS NOT DISTINCT FROM
                  (OLD.in_force_from, OLD.decided_by_id, OLD.decided_at, OLD.decision_note)))
  THEN
    RAISE EXCEPTION 'Policy version % is decided: propose a new one.', OLD.number;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER policy_version_stays BEFORE UPDATE OR DELETE ON reconciliation_policyversion
  FOR EACH ROW EXECUTE FUNCTION tieout_policy_version_stays();
"""
LET_GO = """
DROP TRIGGER policy_version_stays ON reconciliation_policyversion;
DROP FUNCTION tieout_policy_version_stays();
"""


def publish(apps, schema_editor):
    """Write the rows down in the form of a match case, as they were in force until now."""
    version = apps.get_model("reconciliation", "PolicyVersion")
    tolerance = apps.get_model("reconciliation", "Tolerance")
    companies = tolerance.objects.order_by().values_list("company_id", flat=True).distinct()
    for company in companies:
        if not version.objects.filter(company=company).exists():
            version.objects.create(
                company_id=company,
                number=1,
                state="approved",
                content=_content(apps, company),
                reason="The rules that were in force before versions were kept",
                in_force_from=timezone.now(),
            )


def _content(apps, company):
    levels = apps.get_model("reconciliation", "MatchLevel").objects.filter(company=company)
    rules = apps.get_model("reconciliation", "Tolerance").objects.filter(company=company)
    options = apps.get_model("reconciliation", "MatchOptions").objects.filter(company=company).first()
    content = {
        "levels": [{"level": row.level, **_scope(row)} for row in levels.order_by("pk")],
        "rules": [_rule(row) for row in rules.order_by("pk")],
    }
    if options:
        content["options"] = {
            "near_duplicate_days": options.near_duplicate_days,
            "invoice_before_receipt": options.invoice_before_receipt,
        }
    return content


def _rule(row):
    return {
        "check": row.check_name,
        **_scope(row),
        **({"code": row.code} if row.code else {}),
        "upper": _limits(row, "upper"),
        "lower": _limits(row, "lower"),
        "below": row.below,
        "combine": row.combine,
    }


def _scope(row):
    named = {"vendor": row.vendor_number, "item": row.item_number}
    return {name: number for name, number in named.items() if number}


def _limits(row, side):
    figures = {name: getattr(row, f"{side}_{name}") for name in ("percent", "amount", "quantity")}
    return {name: f"{figure.normalize():f}" for name, figure in figures.items() if figure is not None}


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0009_policy_versions")]

    operations = [
        migrations.RunPython(publish, migrations.RunPython.noop),
        migrations.RunSQL(PROTECT, LET_GO),
    ]
