"""The sandbox's connection as the variables that Tieout reads."""

from __future__ import annotations

from integration.sandbox.connection import Connection


def environment(connection: Connection) -> dict[str, str]:
    """Give the BC_* variables that point Tieout at one running sandbox."""
    return {
        "BC_BASE_URL": connection.base_url,
        "BC_APP_URL": connection.app_url or "",
        "BC_COMPANY": connection.companies[0].id,
        "BC_AUTHORITY": connection.authority,
        "BC_CLIENT_ID": connection.client_id,
        "BC_CLIENT_SECRET": connection.client_secret,
        "BC_CA_BUNDLE": connection.ca_bundle,
    }
