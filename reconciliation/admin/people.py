"""People and their roles, with the story of what they were given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model, Q
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from masterdata.models import Change
from masterdata.read_only import LATEST, FieldChange, RecordedHistory, Told, told

# What is given to people: its word, its column and its table.
GIVEN_TO_PEOPLE: dict[str, tuple[str, str, type[Model]]] = {
    User.groups.through._meta.db_table: ("role", "group_id", Group),
    User.user_permissions.through._meta.db_table: ("permission", "permission_id", Permission),
}

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(RecordedHistory, DjangoUserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """People and their roles; a role is a group, and its permissions come from roles.py."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "email", "roles", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody is removed: histories name them, and these stay. Who has left is switched off."""
        return False

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    def changes(self, record: User) -> list[Told]:
        """Give the changes of a person, of their roles and of their own permissions, the newest first."""
        theirs = Q(old__user_id=record.pk) | Q(new__user_id=record.pk)
        found = Change.objects.filter(
            Q(table=self.opts.db_table, row=record.pk) | Q(theirs, table__in=GIVEN_TO_PEOPLE)
        )
        return [_told_of_person(change) for change in found.order_by("-pk")[:LATEST]]


def _told_of_person(change: Change) -> Told:
    """Name the role or the permission that was given or taken."""
    if change.table not in GIVEN_TO_PEOPLE:
        return told(change)
    word, column, model = GIVEN_TO_PEOPLE[change.table]
    key = (change.new or change.old or {})[column]
    name = str(model._default_manager.filter(pk=key).first() or f"{word} {key}, which is gone")
    given = FieldChange(word, "–", name) if change.new else FieldChange(word, name, "–")
    return replace(told(change), fields=[given])


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]
    pass
