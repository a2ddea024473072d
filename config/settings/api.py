"""The CAFM's HTTP interface."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["integration.cafm.auth.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["integration.cafm.auth.HasScope"],
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
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
