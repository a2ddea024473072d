"""The CAFM's HTTP interface, and how we call the CAFM."""

import base64
import hashlib

from django.core.exceptions import ImproperlyConfigured

from config.env import Mode

from .base import ENV, MODE, SECRET_KEY

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "integration.cafm.machine_tokens.EntraAuthentication",
        "integration.cafm.auth.ApiKeyAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["integration.cafm.auth.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["integration.cafm.throttles.CallsOfOne"],
    "DEFAULT_RENDERER_CLASSES": ["integration.cafm.wire.DecimalJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["integration.cafm.wire.DecimalJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "integration.cafm.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Tieout for the CAFM",
    "DESCRIPTION": "Send operational events, read master data.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",  # the first that describes webhooks
    "WEBHOOKS": ["integration.cafm.schema.MASTERDATA_CHANGED"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

API_CALLS_A_MINUTE = ENV.number("API_CALLS_A_MINUTE", 60_000)
API_CALLS_OF_STRANGERS_A_MINUTE = ENV.number("API_CALLS_OF_STRANGERS_A_MINUTE", 120)

# Tokens of Entra ID for machines; no issuer: only API keys open the door.
ENTRA_ISSUER = ENV.text("ENTRA_ISSUER")
ENTRA_JWKS_URL = ENV.text("ENTRA_JWKS_URL")
ENTRA_AUDIENCE = ENV.text("ENTRA_AUDIENCE")
if ENTRA_ISSUER and not (ENTRA_JWKS_URL and ENTRA_AUDIENCE):
    raise ImproperlyConfigured("ENTRA_ISSUER is set: set ENTRA_JWKS_URL and ENTRA_AUDIENCE too.")
ENTRA_APP_ROLE = ENV.text("ENTRA_APP_ROLE", "Tieout.Machine")

# Encrypt the secrets of webhooks: the first encrypts, all decrypt. Production brings its own, or has none.
_DEVELOPMENT_KEY = base64.urlsafe_b64encode(hashlib.sha256(SECRET_KEY.encode()).digest()).decode()
WEBHOOK_KEYS = ENV.words("WEBHOOK_KEYS", "" if MODE is Mode.PRODUCTION else _DEVELOPMENT_KEY)
WEBHOOK_NETWORKS = ENV.words("WEBHOOK_NETWORKS")
WEBHOOK_CA_BUNDLE = ENV.text("WEBHOOK_CA_BUNDLE")
