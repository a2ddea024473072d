"""The front of the house as Django apps: the desk, and the admin behind its door."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class DeskConfig(AppConfig):
    """The front: shell, navigation, sign-in. It owns no tables."""

    name = "config"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Refuse to start half set."""
        from integration import tracing

        tracing.check()


class DeskAdminConfig(AdminConfig):
    """Django's admin behind the desk's door."""

    default_site = "config.admin_site.DeskAdminSite"
