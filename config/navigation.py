"""The one navigation of the product: the desk's shell and the admin's sidebar are both made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Link:
    """One entry; shown to those who hold any of the permissions (none named: to everyone signed in)."""

    title: str | Promise
    view: str
    icon: str
    permissions: tuple[str, ...] = ()

    def allowed(self, request: HttpRequest) -> bool:
        user = request.user
        return not self.permissions or any(user.has_perm(name) for name in self.permissions)


@dataclass(frozen=True)
class Section:
    title: str | Promise
    links: tuple[Link, ...]


NAVIGATION = (
    Section(
        "",
        (
            Link(_("Home"), "home", "home"),
            Link(_("Exceptions"), "worklist", "rule", ("reconciliation.view_exceptioncase",)),
            Link(_("For you"), "told", "alternate_email", ("reconciliation.view_exceptioncase",)),
            Link(_("Boards"), "boards", "bar_chart", ("reconciliation.view_exceptioncase",)),
            Link(_("Calendar"), "calendar", "calendar_month", ("reconciliation.view_controlday",)),
            Link(_("Approvals"), "approvals", "approval", ("reconciliation.approve_case",)),
        ),
    ),
    Section(
        _("Integration"),
        (
            Link(_("Overview"), "overview", "monitoring", ("integration.view_message",)),
            Link(
                _("Messages"),
                "admin:integration_message_changelist",
                "sync_alt",
                ("integration.view_message",),
            ),
            Link(_("Dead letters"), "dead-letters", "report", ("integration.view_message",)),
            Link(_("Notifications"), "notifications", "campaign", ("integration.view_incident",)),
            Link(_("Mappings"), "mappings", "schema", ("integration.view_fieldmapping",)),
            Link(
                _("Sync runs"),
                "admin:integration_syncrun_changelist",
                "cloud_sync",
                ("integration.view_syncrun",),
            ),
            Link(
                _("Held records"),
                "admin:integration_heldrecord_changelist",
                "hourglass_top",
                ("integration.view_heldrecord",),
            ),
            Link(
                _("Filters"),
                "admin:integration_mirrorfilter_changelist",
                "filter_alt",
                ("integration.view_mirrorfilter",),
            ),
            Link(_("Ownership"), "ownership", "account_tree", ("integration.view_syncrun",)),
            Link(_("Drift"), "drift", "difference", ("integration.view_syncrun",)),
            Link(
                _("Contract"),
                "admin:integration_contractfinding_changelist",
                "handshake",
                ("integration.view_contractfinding",),
            ),
            Link(
                _("BC webhooks"),
                "admin:integration_subscription_changelist",
                "notifications",
                ("integration.view_subscription",),
            ),
            Link(
                _("Webhooks"),
                "admin:integration_webhook_changelist",
                "webhook",
                ("integration.view_webhook",),
            ),
            Link(_("API keys"), "admin:integration_apikey_changelist", "key", ("integration.view_apikey",)),
        ),
    ),
    Section(
        _("Control"),
        (
            Link(_("Matching rules"), "matching-rules", "gavel", ("reconciliation.view_policyversion",)),
            Link(
                _("Tolerances"),
                "admin:reconciliation_tolerance_changelist",
                "tune",
                ("reconciliation.view_tolerance",),
            ),
            Link(
                _("First owners"),
                "admin:reconciliation_firstowner_changelist",
                "assignment_ind",
                ("reconciliation.view_firstowner",),
            ),
            Link(
                _("Vendor families"),
                "admin:reconciliation_vendorfamily_changelist",
                "diversity_3",
                ("reconciliation.view_vendorfamily",),
            ),
            Link(_("Cutover"), "cutover", "rocket_launch", ("integration.view_rehearsal",)),
            Link(_("Changes"), "admin:masterdata_change_changelist", "history", ("masterdata.view_change",)),
            Link(
                _("Rights"), "rights", "shield_person", ("masterdata.view_change", "integration.view_apikey")
            ),
            Link(_("Audit"), "audit", "verified_user", ("masterdata.view_change",)),
            Link(_("Retention"), "retention", "auto_delete", ("masterdata.view_change",)),
        ),
    ),
    Section(
        _("Records"),
        (
            Link(
                _("Orders"),
                "admin:reconciliation_purchaseorder_changelist",
                "list_alt",
                ("reconciliation.view_purchaseorder",),
            ),
            Link(
                _("Receipts"),
                "admin:reconciliation_goodsreceipt_changelist",
                "inventory",
                ("reconciliation.view_goodsreceipt",),
            ),
            Link(
                _("Invoices"),
                "admin:reconciliation_supplierinvoice_changelist",
                "receipt_long",
                ("reconciliation.view_supplierinvoice",),
            ),
            Link(_("Items"), "admin:masterdata_item_changelist", "category", ("masterdata.view_item",)),
            Link(_("Units"), "units", "straighten", ("masterdata.view_itemunit",)),
            Link(_("Vendors"), "admin:masterdata_vendor_changelist", "store", ("masterdata.view_vendor",)),
        ),
    ),
)


def unfold_sidebar() -> list[dict[str, Any]]:
    """Give the navigation in the admin theme's form."""
    return [
        {
            "title": section.title,
            "items": [
                {
                    "title": link.title,
                    "icon": link.icon,
                    "link": reverse_lazy(link.view),
                    "permission": _permission(link),
                }
                for link in section.links
            ],
        }
        for section in NAVIGATION
    ]


def _permission(link: Link) -> Callable[[HttpRequest], bool]:
    return lambda request: link.allowed(request)


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every template of the desk the entries that this person may open, and where they work."""
    from config import shell  # the settings read this module before there are models

    return shell.context(request)


@lru_cache(maxsize=200)
def address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
