"""Let the database refuse the signature of whoever may not approve releases, with tiers and without."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION tieout_check_right_to_sign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM auth_user signer
     WHERE signer.id = NEW.by_id AND signer.is_active
       AND (signer.is_superuser OR EXISTS (
         SELECT 1 FROM auth_permission needed
           JOIN django_content_type kind ON kind.id = needed.content_type_id
          WHERE kind.app_label = 'reconciliation' AND needed.codename = 'approve_case'
            AND (EXISTS (SELECT 1 FROM auth_user_user_permissions own
                          WHERE own.permission_id = needed.id AND own.user_id = signer.id)
                 OR EXISTS (SELECT 1 FROM auth_group_permissions given
                              JOIN auth_user_groups member ON member.group_id = given.group_id
                             WHERE given.permission_id = needed.id AND member.user_id = signer.id))))) THEN
    RAISE EXCEPTION 'Only who may approve releases signs one'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'signed_by_who_may_approve';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER check_signers_right BEFORE INSERT OR UPDATE ON reconciliation_signature FOR EACH ROW
EXECUTE FUNCTION tieout_check_right_to_sign();
"""
BACK = """
DROP TRIGGER check_signers_right ON reconciliation_signature;
DROP FUNCTION tieout_check_right_to_sign();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("reconciliation", "0006_first_owners"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(FUNCTION, BACK)]
