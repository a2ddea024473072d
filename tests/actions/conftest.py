"""A company in the clerks' hands, with its house short ways."""

from tests.desk.conftest import company, desk, signed_in

__all__ = ["company", "desk", "signed_in"]
