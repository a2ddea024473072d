"""Let the database itself refuse a release over the limit, without its signatures, or by who may not sign.

What a release lets through is measured from the figures that it covers, as reconciliation/cases does; the
rate is BC's: amount ÷ exchange amount × relational amount of the last rate that starts by then.
"""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION tieout_released_amount(resolution reconciliation_resolution) RETURNS numeric
LANGUAGE sql STABLE AS $$
  WITH covered AS (
    SELECT (row ->> 'line')::int AS line,
           abs(coalesce((row ->> 'amount')::numeric, held.amount)) AS amount
      FROM reconciliation_exceptioncase held, jsonb_array_elements(resolution.overrides) AS row
     WHERE held.id = resolution.case_id),
  by_line AS (SELECT max(amount) AS amount FROM covered WHERE line IS NOT NULL GROUP BY line),
  stake AS (SELECT greatest((SELECT coalesce(sum(amount), 0) FROM by_line),
                            (SELECT coalesce(max(amount), 0) FROM covered WHERE line IS NULL)) AS amount)
  SELECT CASE WHEN held.currency IN ('', company.ledger_currency) THEN stake.amount
              ELSE stake.amount / rate.exchange_amount * rate.relational_amount END
    FROM stake, reconciliation_exceptioncase held
    JOIN reconciliation_supplierinvoice invoice ON invoice.id = held.invoice_id
    JOIN masterdata_company company ON company.id = held.company_id
    LEFT JOIN LATERAL (
      SELECT exchange_amount, relational_amount FROM masterdata_exchangerate
       WHERE company_id = held.company_id AND currency = held.currency AND relational_currency = ''
         AND starting_date <= coalesce(invoice.invoice_date, current_date) AND deleted_at IS NULL
       ORDER BY starting_date DESC LIMIT 1) rate ON true
   WHERE held.id = resolution.case_id
$$;

CREATE FUNCTION tieout_check_release() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  worth numeric := tieout_released_amount(NEW);
  decider int := coalesce(NEW.decided_by_id, NEW.by_id);
  most numeric;
  missing text;
BEGIN
  IF EXISTS (
    SELECT 1 FROM reconciliation_exceptioncase held
      JOIN reconciliation_matchdecision judged ON judged.id = held.decision_id
      JOIN reconciliation_policyversion rules ON rules.id = judged.policy_version_id
     WHERE held.id = NEW.case_id AND decider IN (rules.proposed_by_id, rules.decided_by_id)
       AND rules.in_force_from > now() - interval '7 days') THEN
    RAISE EXCEPTION 'Nobody releases under rules that they have just changed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_releases_under_their_own_rules';
  END IF;
  IF NEW.decided_by_id IS NULL THEN
    SELECT max(allowed.amount) INTO most
      FROM reconciliation_releaselimit allowed
      JOIN auth_user_groups member ON member.group_id = allowed.group_id AND member.user_id = NEW.by_id
      JOIN reconciliation_exceptioncase held ON held.id = NEW.case_id AND held.company_id = allowed.company_id
     WHERE NOT EXISTS (
       SELECT 1 FROM reconciliation_historicalreleaselimit changed
        WHERE changed.id = allowed.id AND changed.history_user_id = NEW.by_id
          AND changed.history_date > now() - interval '7 days');
    IF worth IS NULL OR worth > coalesce(most, 0) THEN
      RAISE EXCEPTION 'A release of % is over the limit of %', worth, coalesce(most, 0)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'release_within_the_limit';
    END IF;
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT 1 FROM reconciliation_signature signed
              WHERE signed.resolution_id = NEW.id
                AND NEW.by_id IN (signed.by_id, signed.on_behalf_of_id)) THEN
    RAISE EXCEPTION 'Nobody signs their own proposal'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_signs_their_own_proposal';
  END IF;
  SELECT string_agg(tier.position::text, ', ') INTO missing
    FROM reconciliation_approvaltier tier
    JOIN reconciliation_exceptioncase held ON held.id = NEW.case_id AND held.company_id = tier.company_id
   WHERE (worth IS NULL OR worth > tier.above)
     AND NOT EXISTS (SELECT 1 FROM reconciliation_signature signed
                      WHERE signed.resolution_id = NEW.id AND signed.position = tier.position);
  IF missing IS NOT NULL
     OR NOT EXISTS (SELECT 1 FROM reconciliation_signature signed
                     WHERE signed.resolution_id = NEW.id AND signed.by_id = NEW.decided_by_id) THEN
    RAISE EXCEPTION 'The release lacks signatures: %', coalesce(missing, 'of who decided it')
      USING ERRCODE = 'check_violation', CONSTRAINT = 'release_has_its_signatures';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION tieout_check_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  signer int := coalesce(NEW.on_behalf_of_id, NEW.by_id);
BEGIN
  IF EXISTS (SELECT 1 FROM reconciliation_resolution proposed
              WHERE proposed.id = NEW.resolution_id AND proposed.by_id IN (NEW.by_id, NEW.on_behalf_of_id)) THEN
    RAISE EXCEPTION 'Nobody signs their own proposal'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'nobody_signs_their_own_proposal';
  END IF;
  IF NEW.on_behalf_of_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM reconciliation_absence away
     WHERE away.person_id = NEW.on_behalf_of_id AND away.deputy_id = NEW.by_id
       AND NEW.at::date BETWEEN away.first_day - 1 AND away.last_day + 1) THEN
    RAISE EXCEPTION 'Nobody signs for a colleague who is there'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_for_who_is_away';
  END IF;
  IF EXISTS (
    SELECT 1 FROM reconciliation_approvaltier tier
      JOIN reconciliation_exceptioncase held ON held.company_id = tier.company_id
      JOIN reconciliation_resolution proposed ON proposed.case_id = held.id AND proposed.id = NEW.resolution_id
     WHERE tier.position = NEW.position
       AND NOT EXISTS (SELECT 1 FROM auth_user_groups member
                        WHERE member.group_id = tier.group_id AND member.user_id = signer)) THEN
    RAISE EXCEPTION 'Only the tier''s group signs for it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'tier_signed_by_its_group';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION tieout_check_case_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM reconciliation_finding found
     WHERE found.case_id = NEW.id AND found.effect = 'block' AND NOT found.released
       AND NOT EXISTS (
         SELECT 1 FROM reconciliation_resolution done, jsonb_array_elements(done.overrides) AS row
          WHERE done.case_id = NEW.id AND done.state = 'done' AND done.kind IN ('release', 'override')
            AND row ->> 'code' = found.code
            AND (row ->> 'line')::int IS NOT DISTINCT FROM found.line
            AND coalesce(row ->> 'subject', '') = found.subject
            AND (found.amount IS NULL OR row ->> 'amount' IS NULL
                 OR abs(found.amount) <= abs((row ->> 'amount')::numeric)))) THEN
    RAISE EXCEPTION 'No release covers every reason that holds the invoice'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'release_covers_what_holds';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER check_release BEFORE INSERT OR UPDATE ON reconciliation_resolution FOR EACH ROW
WHEN (NEW.state = 'done' AND NEW.kind IN ('release', 'override'))
EXECUTE FUNCTION tieout_check_release();
CREATE TRIGGER check_signature BEFORE INSERT OR UPDATE ON reconciliation_signature FOR EACH ROW
EXECUTE FUNCTION tieout_check_signature();
CREATE TRIGGER check_release BEFORE UPDATE OF status ON reconciliation_exceptioncase FOR EACH ROW
WHEN (NEW.status = 'released' AND OLD.status <> 'released')
EXECUTE FUNCTION tieout_check_case_release();
"""
BACK = """
DROP TRIGGER check_release ON reconciliation_exceptioncase;
DROP TRIGGER check_signature ON reconciliation_signature;
DROP TRIGGER check_release ON reconciliation_resolution;
DROP FUNCTION tieout_check_case_release();
DROP FUNCTION tieout_check_signature();
DROP FUNCTION tieout_check_release();
DROP FUNCTION tieout_released_amount(reconciliation_resolution);
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0004_case_tallies")]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
