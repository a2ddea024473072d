"""Who is signed in, with permissions, roles, kept filters, companies and likings: one question, not seven."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission, User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, JSONObject

from masterdata.models import Company
from reconciliation.models import ListLook, SavedFilter


class People(ModelBackend):
    """Django's own rules; only what every page needs comes along with the person."""

    def get_user(self, user_id: Any) -> User | None:
        user = _known().filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        if not user.is_superuser:  # who may do everything asks for no list
            # The names under which ModelBackend keeps what it has read.
            user._user_perm_cache = set(user.own_permissions)  # type: ignore[attr-defined]
            user._group_perm_cache = set(user.group_permissions)  # type: ignore[attr-defined]
        return user


@cache
def _known() -> QuerySet[User]:
    """Give the question that every request asks; building it takes as long as its answer."""
    return User.objects.annotate(
        own_permissions=ArraySubquery(_names(Permission.objects.filter(user=OuterRef("pk")))),
        group_permissions=ArraySubquery(_names(Permission.objects.filter(group__user=OuterRef("pk")))),
        kept_filters=ArraySubquery(_filters()),
        list_looks=ArraySubquery(_looks()),
        told_companies=ArraySubquery(_companies()),
        role_names=ArraySubquery(Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")),
    )


def _names(permissions: QuerySet[Permission]) -> QuerySet[Permission, Any]:
    full = Concat("content_type__app_label", Value("."), "codename", output_field=CharField())
    return permissions.order_by().annotate(full_name=full).values("full_name")


def _filters() -> QuerySet[SavedFilter, Any]:
    kept = SavedFilter.objects.filter(Q(by=OuterRef("pk")) | Q(is_shared=True)).order_by("name", "pk")
    columns = {name: name for name in ("id", "name", "query", "is_shared", "by_id")}
    return kept.values(told=JSONObject(**columns))[:50]


def _looks() -> QuerySet[ListLook, Any]:
    likes = ListLook.objects.filter(person=OuterRef("pk"))
    return likes.values(told=JSONObject(hidden="hidden", is_compact="is_compact"))


def _companies() -> QuerySet[Company, Any]:
    columns = {field.attname: field.attname for field in Company._meta.concrete_fields}
    return Company.objects.order_by("pk").values(told=JSONObject(**columns))
