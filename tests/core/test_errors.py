"""Errors carry a stable code, parameters and a status."""

import pickle

import pytest

from muster.core import errors
from muster.core.errors import IllegalTransition, InvalidInput, MusterError


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.MusterError, 400),
        (errors.InvalidInput, 400),
        (errors.Unreadable, 400),
        (errors.NotAllowed, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.Unavailable, 503),
    ],
)
def test_every_kind_has_its_status_and_belongs_to_the_family(kind, status):
    error = kind("some.code", unit="x")
    assert isinstance(error, MusterError)
    assert (error.code, error.params, error.http_status) == ("some.code", {"unit": "x"}, status)


def test_the_text_of_an_error_is_its_code_and_its_parameters_in_order():
    assert str(InvalidInput("people.unit_unknown")) == "people.unit_unknown"
    assert str(InvalidInput("people.unit_unknown", town="B", row=3)) == "people.unit_unknown (row=3, town=B)"


def test_a_parameter_may_be_called_code():
    assert InvalidInput("plan.capability", code="medic").params == {"code": "medic"}


def test_an_illegal_transition_names_both_states():
    error = IllegalTransition("callout.transition", from_state="closed", to_state="filling", callout="c1")
    assert (error.from_state, error.to_state, error.http_status) == ("closed", "filling", 409)
    assert error.params == {"from_state": "closed", "to_state": "filling", "callout": "c1"}


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("a.b", n=1),
        IllegalTransition("a.b", from_state="x", to_state="y"),
    ],
)
def test_errors_survive_the_way_between_processes(error):
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.code, copy.params, copy.args, str(copy)) == (error.code, error.params, error.args, str(error))
