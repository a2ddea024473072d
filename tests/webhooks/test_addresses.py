"""Which machines may be called at all."""

from __future__ import annotations

import pytest

from integration.webhooks import addresses


@pytest.mark.parametrize(
    ("address", "allowed", "may"),
    [
        ("93.184.215.14", [], True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", [], True),
        ("127.0.0.1", [], False),
        ("10.20.1.5", [], False),
        ("10.20.1.5", ["10.20.0.0/16"], True),
        ("10.21.1.5", ["10.20.0.0/16"], False),
        ("192.168.1.1", [], False),
        ("169.254.169.254", ["10.0.0.0/8"], False),
        ("::1", [], False),
        ("fe80::1%eth0", [], False),
        ("fd00::5", ["fd00::/8"], True),
        ("::ffff:10.20.1.5", [], False),
        ("::ffff:93.184.215.14", [], True),
        ("64:ff9b::a14:105", [], False),
        ("0.0.0.0", [], False),
        ("224.0.0.1", [], False),
    ],
)
def test_public_machines_and_named_networks_may_be_called(address, allowed, may) -> None:
    assert addresses.may_call(address, allowed) is may


def test_a_name_that_leads_home_is_refused() -> None:
    with pytest.raises(addresses.Refused, match="WEBHOOK_NETWORKS"):
        addresses.resolve("localhost", 443, [])
