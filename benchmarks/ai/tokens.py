"""How many tokens a zone takes in what is sent, at most."""

import random

from custom_components.smart_lighting_ai_dali.advisor.payload import Caps, Labels, pack

from .zones import any_moment, any_zone


def measure(seed: int, batches: int = 2000) -> float:
    """Return the most tokens that a zone takes in a full request, what is told once for all of them included."""
    chance, caps, labels = random.Random(f"tokens {seed}"), Caps(), Labels(b"tokens")
    most = 0.0
    for _ in range(batches):
        at, moment = any_moment(chance)
        questions = [any_zone(chance, str(number), moment.daypart).question for number in range(caps.zones)]
        packed = pack(questions, moment, taken_at=at, labels=labels.of([one.key for one in questions]), caps=caps)
        (batch,) = packed.batches
        most = max(most, batch.tokens / len(questions))
    return most
