"""Let nobody change what a version of the matching rules says, nor one that is decided."""

from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0002_record_changes")]

    operations = [migrations.RunSQL(PROTECT, LET_GO)]
