"""Everything that speaks another system's language: Business Central's and the CAFM's."""

from django.apps import AppConfig


class IntegrationConfig(AppConfig):
    name = "integration"
    verbose_name = "Integration"

    def ready(self) -> None:
        from integration.inbox import put_in_line
        from integration.whereabouts import tell
        from reconciliation import carrying, whereabouts

        whereabouts.tell_by(tell)
        carrying.carry_by(put_in_line)
