"""The front of the house as Django apps: the desk, and the admin behind its door."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

ACCOUNTS = {"account", "mfa", "socialaccount", "usersessions"}


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

    def ready(self) -> None:
        """Leave out what people look after themselves: second factors, sessions, ties to Entra ID."""
        super().ready()
        from django.contrib import admin

        for model in list(admin.site._registry):
            if model._meta.app_label in ACCOUNTS:
                admin.site.unregister(model)
