"""What the commands of an installation say when the company is not there."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from integration.sandbox.launch import Running

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("command", "returncode"), [("check_contract", 1), ("set_up", 2)])
def test_a_company_that_bc_does_not_show_is_an_error_in_one_sentence(
    sandbox: Running, settings: Any, command: str, returncode: int
) -> None:
    settings.BC_COMPANY = "Nope GmbH"
    out = StringIO()

    with pytest.raises(CommandError, match="shows us no company 'Nope GmbH'") as refused:
        call_command(command, "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert refused.value.returncode == returncode
    assert "shows us no company 'Nope GmbH'" in told["error"]
    assert told.get("ok") is not True
