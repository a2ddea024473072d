"""Pull from Business Central now: a worker does it, the run tells how it went."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from reconciliation.roles import PULL
from reconciliation.views import workplace

logger = logging.getLogger(__name__)

PULLS = {"all": "master data", "invoices": "invoices"}


@workplace.takes_posts("admin:integration_syncrun_changelist")
@workplace.needs(PULL)
def pull_now(request: HttpRequest) -> HttpResponse:
    """Ask a worker to pull; says so when the workers cannot be reached."""
    from integration.tasks import pull

    entity = request.POST.get("entity", "")
    if entity not in PULLS:
        messages.warning(request, _("Choose what to pull."))
        return redirect("admin:integration_syncrun_changelist")
    full = request.POST.get("full") == "on"
    try:
        pull.apply_async(kwargs={"entity": entity, "full": full}, retry=False)
    except Exception as error:  # noqa: BLE001 - whatever the broker raises, the person has to be told
        logger.warning("Could not ask the workers to pull %s: %s", entity, error)
        messages.error(request, _("The workers cannot be reached; the schedule will pull later."))
    else:
        messages.success(
            request, _("Pulling {what}. The run appears here in a moment.").format(what=PULLS[entity])
        )
    return redirect("admin:integration_syncrun_changelist")
