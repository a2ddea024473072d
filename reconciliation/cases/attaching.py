"""Files that people add to a case."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from reconciliation import files
from reconciliation.models import Attachment, ExceptionCase
from reconciliation.roles import TALK

from . import noticing
from .changing import allow, fresh
from .errors import CaseError

MOST_FILES = 30


class FileRefused(CaseError):  # noqa: N818
    """The file is not kept."""


@transaction.atomic
def attach(case: ExceptionCase, *, by: User, name: str, content: bytes) -> Attachment:
    """Keep a file with the case; who adds one follows it from then on. Raises FileRefused, NotAllowed."""
    allow(by, TALK)
    case = fresh(case)
    try:
        checked = files.check(name, content)
    except files.WrongFile as error:
        raise FileRefused(str(error)) from error
    there = case.attachments.filter(sha256=checked.sha256).defer("content").first()
    if there is not None:
        raise FileRefused(_("Nothing was kept: the same file is here as {name}.").format(name=there.name))
    if case.attachments.count() >= MOST_FILES:
        raise FileRefused(_("Nothing was kept: a case has {most} files at most.").format(most=MOST_FILES))
    noticing.watch(case, [by])
    return Attachment.objects.create(
        case=case,
        by=by,
        name=checked.name,
        kind=checked.kind,
        size=len(content),
        sha256=checked.sha256,
        content=content,
    )
