"""What the line is measured by, and what each figure has to be."""

from typing import Final

from ..goals import Goal

GOALS: Final = {
    goal.key: goal
    for goal in (
        Goal("same_level_64_frames", 1),
        Goal("same_level_64_speedup", 50, is_least=True),
        Goal("distinct_64_efficiency", 0.97, is_least=True),
        Goal("tc_and_level_64_frames", 68),
        Goal("colour_speedup", 6, is_least=True),
        Goal("read_64_levels_efficiency", 0.95, is_least=True),
        Goal("user_latency_ms_p50", 30),
        Goal("user_latency_ms_p99", 80),
        Goal("commission_64_frames", 3900),
        Goal("commission_1_new_of_64_frames", 90),
        Goal("failure_sweep_frames", 2),
        Goal("identity_frames_per_gear", 16),
        Goal("loop_gap_ms_max", 10),
        Goal("startup_ms_64_known", 500),
    )
}
