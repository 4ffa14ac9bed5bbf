"""Everything that may happen to two stacks in one account, in any order.

A printed example runs as it stands: ``python -m acceptance.model.replay FILE``.
"""

from __future__ import annotations

from acceptance.model.hand_edits import HandEdits
from acceptance.model.memories import Memories
from acceptance.model.programs import Programs
from acceptance.model.publishing import Publishing
from acceptance.model.runs import Runs


class RotationMachine(Runs, HandEdits, Programs, Publishing, Memories):
    """The state machine that Hypothesis drives."""
