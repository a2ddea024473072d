"""Let the database hold what must be true of every message, whoever writes it."""

from django.db import migrations

# As in integration/outbox/transitions.py at the time of this migration; a new pair there needs a migration that
# replaces the trigger, and tests/delivery/test_transitions.py says so.
PAIRS = {
    "ready": ["cancelled", "claimed", "waiting"],
    "claimed": ["cancelled", "dead", "done", "ready", "rejected", "sending", "verifying", "waiting"],
    "sending": ["dead", "done", "ready", "rejected", "verifying"],
    "verifying": ["claimed"],
    "waiting": ["cancelled", "done", "ready", "rejected"],
    "dead": ["cancelled", "done", "verifying", "waiting"],
    "rejected": ["cancelled", "done", "verifying", "waiting"],
}

ALLOWED = ", ".join(f"'{start}>{end}'" for start, ends in PAIRS.items() for end in ends)

# The conditions stand in WHEN, so that a good change, like each claim, does not even call the function.
HOLD = f"""
CREATE FUNCTION refuse_message_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'message %: % -> %, attempts % -> %, fence % -> %: %', OLD.id, OLD.state, NEW.state,
    OLD.attempts, NEW.attempts, OLD.fence, NEW.fence, TG_ARGV[0];
END $$;
CREATE FUNCTION refuse_message_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE 'message % is %: what is not ended is never deleted', OLD.id, OLD.state;
END $$;

CREATE TRIGGER message_moves BEFORE UPDATE OF state ON integration_message FOR EACH ROW
  WHEN (NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) <> ALL (ARRAY[{ALLOWED}]))
  EXECUTE FUNCTION refuse_message_change('no message moves this way');
CREATE TRIGGER message_end_stays BEFORE UPDATE ON integration_message FOR EACH ROW
  WHEN (OLD.state IN ('done', 'cancelled') AND NEW IS DISTINCT FROM OLD)
  EXECUTE FUNCTION refuse_message_change('what is done or cancelled stays as it is');
CREATE TRIGGER message_fence_rises BEFORE UPDATE ON integration_message FOR EACH ROW
  WHEN (NEW.fence < OLD.fence OR (NEW.state = 'claimed' AND OLD.state <> 'claimed' AND NEW.fence = OLD.fence))
  EXECUTE FUNCTION refuse_message_change('the fence rises with each claim and never falls');
CREATE TRIGGER message_attempts_count BEFORE UPDATE ON integration_message FOR EACH ROW
  WHEN (NEW.attempts < OLD.attempts
    AND NOT (NEW.attempts = OLD.attempts - 1
             AND OLD.state IN ('claimed', 'sending') AND NEW.state IN ('ready', 'waiting'))
    AND NOT (NEW.attempts = 0 AND NEW.state IN ('waiting', 'verifying')
             AND OLD.state IN ('waiting', 'ready', 'dead', 'rejected')))
  EXECUTE FUNCTION refuse_message_change('attempts fall only by one that never left, or when begun anew');
CREATE TRIGGER message_is_kept BEFORE DELETE ON integration_message FOR EACH ROW
  WHEN (OLD.state NOT IN ('done', 'cancelled'))
  EXECUTE FUNCTION refuse_message_delete();
"""

LET_GO = """
DROP TRIGGER message_moves ON integration_message;
DROP TRIGGER message_end_stays ON integration_message;
DROP TRIGGER message_fence_rises ON integration_message;
DROP TRIGGER message_attempts_count ON integration_message;
DROP TRIGGER message_is_kept ON integration_message;
DROP FUNCTION refuse_message_change();
DROP FUNCTION refuse_message_delete();
"""


class Migration(migrations.Migration):
    dependencies = [("integration", "0002_record_changes")]

    operations = [migrations.RunSQL(HOLD, LET_GO)]
