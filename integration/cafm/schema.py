"""What the interface's description (OpenAPI) tells beyond what can be read off the views."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiWebhook,
    PolymorphicProxySerializer,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

from . import events
from .auth import ApiKeyAuthentication
from .machine_tokens import EntraAuthentication
from .problems import CONTENT_TYPE
from .replies import Accepted, Problem
from .serializers import Envelope, Shape


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """`Authorization: Bearer <API key>`."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key that Tieout's administrator made",
        }


class EntraScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """`Authorization: Bearer <token of Entra ID>`."""

    target_class = EntraAuthentication
    name = "EntraId"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of Microsoft Entra ID for an application that was named here",
        }


def _envelope_of(kind: events.EventType) -> type[Shape]:
    """Give the envelope of one kind of event, with its data's own shape."""
    name = "".join(word.capitalize() for word in kind.name.replace("_", ".").split("."))
    fields = {"type": serializers.ChoiceField(choices=[kind.name]), "data": kind.shape()}
    return type(name, (Envelope,), fields)


def any_event(*, many: bool = False) -> PolymorphicProxySerializer:
    """Describe an event by the kinds that there are."""
    envelopes: dict[str, Shape | type[Shape]] = {
        kind.name: _envelope_of(kind) for kind in events.TYPES.values()
    }
    return PolymorphicProxySerializer("Event", envelopes, resource_type_field_name="type", many=many)


def refusals(*status: int) -> dict[tuple[int, str], type[Shape]]:
    """Describe the problems that an address answers with."""
    return {(each, CONTENT_TYPE): Problem for each in status}


def batch_answer() -> PolymorphicProxySerializer:
    """Describe the answer to a batch: for each event that it was taken, or why not."""
    return PolymorphicProxySerializer(
        "BatchEntry", [Accepted, Problem], resource_type_field_name=None, many=True
    )


_HEADERS = {
    "webhook-id": "the message; the same when it is sent again, so that it can be told apart",
    "webhook-timestamp": "when it was sent, in seconds since 1970; refuse what is older than five minutes",
    "webhook-signature": "v1, and the HMAC-SHA256 of id.timestamp.body in base64; one for each secret in use",
}

MASTERDATA_CHANGED = OpenApiWebhook(
    name="masterdata.changed",
    decorator=extend_schema(
        summary="A master list has changed",
        description="Signed as Standard Webhooks says. Sent until it is answered 2xx, perhaps twice, in "
        "order for each list. It is only a hint: read the list from your own cursor. Headers:\n\n"
        + "\n".join(f"- `{name}`: {told}" for name, told in _HEADERS.items()),
        request=inline_serializer(
            "MasterdataChanged",
            {
                "type": serializers.ChoiceField(choices=["masterdata.changed"]),
                "timestamp": serializers.DateTimeField(),
                "data": inline_serializer(
                    "MasterdataChangedData",
                    {
                        "list": serializers.CharField(help_text="as in the address that reads it"),
                        "cursor": serializers.CharField(
                            help_text="of the newest change: whoever holds it has seen everything"
                        ),
                    },
                ),
            },
        ),
        responses={204: None},
    ),
)
