from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The front: shell, navigation, sign-in. It owns no tables."""

    name = "config"
    label = "desk"
    verbose_name = "Desk"
