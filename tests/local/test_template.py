"""The schema that is kept between runs of the tests: it is another one when what it is made from changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.template import state


@pytest.mark.parametrize(
    "changed",
    ["integration/migrations/0001_initial.py", "integration/models/deep/in.py", "config/settings/base.py"],
)
def test_another_migration_model_or_setting_is_another_schema(tmp_path: Path, changed: str) -> None:
    before = state(tmp_path)
    file = tmp_path / changed
    file.parent.mkdir(parents=True)
    file.write_text("first")
    first = state(tmp_path)
    file.write_text("second")

    assert len({before, first, state(tmp_path)}) == 3


def test_other_files_leave_the_schema_as_it_is(tmp_path: Path) -> None:
    before = state(tmp_path)
    (tmp_path / "integration").mkdir()
    (tmp_path / "integration" / "inbox.py").write_text("anything")

    assert state(tmp_path) == before
