"""Everything that may happen to two stacks in one account, in any order.

A printed example runs as it stands: ``python -m tests.model.replay FILE``.
"""

from __future__ import annotations

from tests.model.hand_edits import HandEdits
from tests.model.memories import Memories
from tests.model.programs import Programs
from tests.model.publishing import Publishing
from tests.model.runs import Runs


class RotationMachine(Runs, HandEdits, Programs, Publishing, Memories):
    """The state machine that Hypothesis drives."""
