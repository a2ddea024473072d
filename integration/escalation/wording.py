"""What people read: one matter with its figures, what to do and where; several matters as a list."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from integration.models import Incident, Notification
from integration.models.escalation import Subject

ONE_THING = {
    Subject.STANDSTILL,
    Subject.CLOCK,
    Subject.SILENT,
    Subject.DOUBLED,
}  # of which there are not several


def message(told: list[Notification]) -> tuple[str, str]:
    """Give the title and the text of one message about all of these."""
    if len(told) == 1:
        title = _headline(told[0])
        return title[:300], "\n".join([title, *_details(told[0].incident)])
    parts = ["\n  ".join([f"- {_headline(each)}", *_details(each.incident)]) for each in told]
    return f"{len(told)} matters need a person", "\n".join(parts)


def matter(incident: Incident) -> str:
    """Say in a line what is wrong, how often, and what it is worth."""
    if incident.subject in ONE_THING:
        return incident.sentence
    money = f", {incident.worth:,.2f} {incident.company.ledger_currency}" if incident.worth else ""
    return f"{incident.count} × {incident.get_subject_display()}{money}: {incident.sentence}"


def _headline(each: Notification) -> str:
    again = "Reminder: " if each.step else ""
    came_back = "Came back: " if each.incident.former_id else ""
    return f"{again}{came_back}{matter(each.incident)}"


def _details(incident: Incident) -> list[str]:
    since = f"{timezone.localtime(incident.since):%Y-%m-%d %H:%M}"
    lines = [f"Since {since}. Company {incident.company}."]
    if incident.filed_under and incident.filed_under.next_step:
        lines.insert(0, incident.filed_under.next_step)
    if settings.TIEOUT_URL and incident.subject == Subject.CASES:
        lines.append(f"Open them: {settings.TIEOUT_URL}{incident.query}")  # their owners read no incidents
    elif settings.TIEOUT_URL:
        lines.append(f"Take it on: {settings.TIEOUT_URL}{incident.get_absolute_url()}")
    return lines
