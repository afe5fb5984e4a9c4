"""What the AI planner has to reach."""

from typing import Final

from ..goals import Goal

GOALS: Final = {
    goal.key: goal
    for goal in (
        Goal("bad_replies_acted_on", 0),
        Goal("budget_overrun", 0),
        Goal("tokens_per_zone", 60),
        Goal("fallback_ms_p99", 50),
        Goal("light_latency_ratio", 1.05),
        Goal("loop_gap_ms_max", 10),
        Goal("good_planner_promoted_days", 14),
        Goal("bad_planner_promoted", 0),
    )
}
