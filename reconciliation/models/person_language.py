"""In which language a person reads the desk."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class PersonLanguage(models.Model):
    """A choice that goes along to every browser a person signs in with."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    code = models.CharField(max_length=10)

    def __str__(self) -> str:
        return f"{self.code} for {self.person}"
