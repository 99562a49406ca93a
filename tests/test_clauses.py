from __future__ import annotations

from tests import clauses
from tests.access.routes import routes


def test_every_clause_in_scope_is_proven_by_a_test():
    assert sorted(set(clauses.clauses()) - set(clauses.marked_tests())) == []


def test_no_test_cites_a_clause_that_the_ledger_does_not_know():
    proofs = clauses.marked_tests()
    assert {clause: proofs[clause] for clause in proofs if clause not in clauses.clauses()} == {}


def test_every_page_of_the_ledger_exists():
    names = {route.name for route in routes()}
    missing = {page for words in clauses.clauses().values() for page in words["pages"]} - names
    assert sorted(missing) == []


def test_the_printed_ledger_is_up_to_date():
    assert clauses.PAGE.read_text() == clauses.ledger(), "run `make clauses`"
