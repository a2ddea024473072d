"""Talk about a case: what is said, who follows it, who has looked, and who is to be told."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from .case import ExceptionCase
from .case_request import CaseRequest


class Comment(models.Model):
    """Something said about a case, by a colleague or in answer to a link; never edited."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    said_by = models.CharField(
        max_length=300, blank=True, help_text="Somebody without a seat: the name given, and the address asked"
    )
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=False, said_by="")
                | models.Q(by__isnull=True) & ~models.Q(said_by=""),
                name="comment_is_said_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by or self.said_by}: {self.text[:40]}"


class Watcher(models.Model):
    """Somebody who is told what is said about a case."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="watchers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="case_watched_once")]

    def __str__(self) -> str:
        return f"{self.person} watches {self.case_id}"


class CaseVisit(models.Model):
    """When somebody first and last had a case before them."""

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="visits")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="case_visit_once")]

    def __str__(self) -> str:
        return f"{self.person_id} saw {self.case_id} at {self.last_at}"


class CaseNoticeQuerySet(models.QuerySet["CaseNotice"]):
    def by_rule(self) -> CaseNoticeQuerySet:
        """Those of cases that became somebody's task by their reason."""
        return self.filter(kind=CaseNotice.Kind.GIVEN, by_name="")

    def by_people(self) -> CaseNoticeQuerySet:
        return self.exclude(kind=CaseNotice.Kind.GIVEN, by_name="")


class CaseNotice(models.Model):
    """One person, or one address without a seat, is told of one thing about a case: here and by mail.

    What a first owner is told is given in nobody's name, and by mail alone: the desk lists the case itself.
    """

    class Kind(models.TextChoices):
        ASKED = "asked", "asked"
        MENTIONED = "mentioned", "mentioned"
        SAID = "said", "comment"
        ANSWERED = "answered", "answer"
        GIVEN = "given", "given"

    class State(models.TextChoices):
        QUEUED = "queued", "mail on its way"
        SENT = "sent", "mail sent"
        FAILED = "failed", "mail given up"
        NOT_NEEDED = "not_needed", "no mail needed"

    case = models.ForeignKey(ExceptionCase, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="case_notices"
    )
    address = models.EmailField(blank=True, help_text="Of somebody without a seat")
    comment = models.ForeignKey(Comment, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    request = models.ForeignKey(
        CaseRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    by_name = models.CharField(max_length=300, help_text="Who said or asked it")
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    objects = CaseNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, address="")
                | models.Q(person__isnull=True) & ~models.Q(address=""),
                name="case_notice_is_for_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(state="queued", ended_at__isnull=True)
                | ~models.Q(state="queued") & models.Q(ended_at__isnull=False),
                name="case_notice_ended_has_its_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state="queued"), name="case_notice_due"
            ),
            models.Index(fields=["person", "-id"], name="case_notice_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} about {self.case_id} to {self.person or self.address}"

    @property
    def is_by_rule(self) -> bool:
        return self.kind == self.Kind.GIVEN and not self.by_name
