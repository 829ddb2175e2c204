"""Every write to commitments, turns of duty, pay rates and the response model."""

from muster.apps.service.actions.availability import (
    RuleInput,
    leave_out_day,
    say_availability,
    take_back_availability,
)
from muster.apps.service.actions.commitments import commit, free
from muster.apps.service.actions.learning import (
    LearnedAlert,
    import_history,
    learn,
    refit_response_model,
    settle_fit,
)
from muster.apps.service.actions.rates import seed_pay_rate, set_pay_rate
from muster.apps.service.actions.turns import end_turn, end_turns, start_turn, void_turn

__all__ = [
    "LearnedAlert",
    "RuleInput",
    "commit",
    "end_turn",
    "end_turns",
    "free",
    "import_history",
    "learn",
    "leave_out_day",
    "refit_response_model",
    "say_availability",
    "seed_pay_rate",
    "set_pay_rate",
    "settle_fit",
    "start_turn",
    "take_back_availability",
    "void_turn",
]
