"""`manage.py match`: a file or a pipe of cases, an answer to each, and what is wrong named at its place."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reconciliation.matching import FormError, answer, match, read_case

from .asking import Json, question
from .test_reasons import REASONS, asked

SHARED_CASE = Path("contracts") / "match-case.md"


def run(*arguments: str) -> tuple[list[Json], int]:
    """Give the answers and the exit code."""
    out, code = io.StringIO(), 0
    try:
        call_command("match", *arguments, stdout=out)
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    return [json.loads(line) for line in out.getvalue().splitlines()], code


def pipe(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    content = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.shared
def test_the_example_of_the_agreed_form_is_answered_to_the_letter(shared_data, tmp_path):
    form = shared_data.parent / SHARED_CASE
    if not form.exists():
        pytest.skip(f"the agreed form is not at {form}")
    asked_for, answered = re.findall(r"```json\n(.*?)```", form.read_text(), re.DOTALL)
    (tmp_path / "case.json").write_text(asked_for)

    answers, code = run(str(tmp_path / "case.json"))

    assert code == 0
    assert json.dumps(answers[0]) == json.dumps(json.loads(answered))
    assert len(answers) == 1


def test_many_cases_are_answered_line_by_line_as_the_engine_judges_them(tmp_path):
    questions = [question(**asked(code)) for code in REASONS]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in questions))

    answers, code = run(str(path))

    assert code == 0
    assert len(answers) == len(REASONS) >= 10
    assert [[finding["code"] for finding in given["findings"]] for given in answers] == [
        [code] for code in REASONS
    ]
    assert answers == [answer(match(read_case(json.dumps(each)))) for each in questions]


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_one_case_may_be_written_over_one_line_or_many(monkeypatch, indent):
    pipe(monkeypatch, json.dumps(question(), indent=indent))

    answers, code = run("-")

    assert ([given["outcome"] for given in answers], code) == (["clean"], 0)


def test_a_broken_case_over_many_lines_is_one_error(monkeypatch):
    pipe(monkeypatch, '{\n"orders": [\n{"number": "A"}\n')

    answers, code = run("-")

    assert code == 1
    assert [given["error"]["code"] for given in answers] == ["not_json"]


def test_a_bad_case_is_told_at_its_place_and_the_others_are_answered(monkeypatch):
    good = json.dumps(question())
    bad = json.dumps(question(overrides=[{"code": "PRICE_OVR", "line": 1}]))
    pipe(monkeypatch, "\n".join([good, bad, "{", "", '{"orders": []}', good]))

    answers, code = run("-")

    assert code == 1
    assert [given.get("outcome") or given["error"]["code"] for given in answers] == [
        "clean",
        "unknown_code",
        "not_json",
        "missing",
        "clean",
    ]
    assert answers[1]["error"] == {
        "code": "unknown_code",
        "message": "“PRICE_OVR” is no reason of the engine.",
        "pointer": "/overrides/0/code",
    }
    assert answers[3]["error"] == {
        "code": "missing",
        "message": "“invoice” is missing.",
        "pointer": "/invoice",
    }


@pytest.mark.parametrize("content", ["", "  \n", b"\xff\xfe{}", "[1, 2]", "null", "{" * 9999, '"x"'])
def test_what_is_no_case_is_an_error_and_never_a_crash(monkeypatch, content):
    pipe(monkeypatch, content)

    answers, code = run("-")

    assert code == 1
    assert all(set(given["error"]) == {"code", "message", "pointer"} for given in answers)
    assert len(answers) == 1


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"none\.json cannot be read: No such file or directory\. Name a"):
        call_command("match", str(tmp_path / "none.json"))


def test_a_byte_order_mark_is_no_part_of_the_case(monkeypatch):
    pipe(monkeypatch, b"\xef\xbb\xbf" + json.dumps(question()).encode())

    assert run("-")[1] == 0


@pytest.mark.parametrize("code", [1, "PRICE", "price_over", ""])
def test_a_release_of_an_unknown_reason_is_refused(code):
    with pytest.raises(FormError) as refused:
        read_case(json.dumps(question(overrides=[{"code": code}])))

    assert refused.value.pointer == "/overrides/0/code"
