"""Let the database write down what changes on cases once a statement: thousands of them clear by one."""

from django.db import migrations

BY_STATEMENT = """
DROP TRIGGER record_change ON reconciliation_exceptioncase;
CREATE TRIGGER record_change AFTER INSERT OR DELETE ON reconciliation_exceptioncase
  FOR EACH ROW EXECUTE FUNCTION tieout_record_change();
CREATE TRIGGER record_updates AFTER UPDATE ON reconciliation_exceptioncase
  REFERENCING OLD TABLE AS was NEW TABLE AS becomes
  FOR EACH STATEMENT EXECUTE FUNCTION tieout_record_updates();
"""
BY_ROW = """
DROP TRIGGER record_updates ON reconciliation_exceptioncase;
DROP TRIGGER record_change ON reconciliation_exceptioncase;
CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON reconciliation_exceptioncase
  FOR EACH ROW EXECUTE FUNCTION tieout_record_change();
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0021_kept_counts_are_read_from_an_index")]

    operations = [migrations.RunSQL(BY_STATEMENT, BY_ROW)]
