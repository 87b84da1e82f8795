"""
What Coral may be told of a comment, and what a site has it told for each verdict.
"""

from dataclasses import dataclass
from enum import StrEnum

from service.core.decision import Verdict


class CoralStatus(StrEnum):
    """
    A status that an external moderation phase may give; NONE leaves the comment to Coral's other settings.
    """

    NONE = "NONE"
    APPROVED = "APPROVED"
    PREMOD = "PREMOD"
    SYSTEM_WITHHELD = "SYSTEM_WITHHELD"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Statuses:
    """
    What a site's verdicts become. An accepted comment is left alone by default: APPROVED would publish it past Coral's
    own pre-moderation. PREMOD and SYSTEM_WITHHELD both put it in the queue of pending comments.
    """

    accept: CoralStatus = CoralStatus.NONE
    hold: CoralStatus = CoralStatus.SYSTEM_WITHHELD
    reject: CoralStatus = CoralStatus.REJECTED

    def of(self, verdict: Verdict) -> CoralStatus:
        return {Verdict.ACCEPT: self.accept, Verdict.HOLD: self.hold, Verdict.REJECT: self.reject}[verdict]


# For each verdict, the statuses that do not turn it into its opposite.
CHOICES = {
    Verdict.ACCEPT: (CoralStatus.NONE, CoralStatus.APPROVED),
    Verdict.HOLD: (CoralStatus.SYSTEM_WITHHELD, CoralStatus.PREMOD),
    Verdict.REJECT: (CoralStatus.REJECTED, CoralStatus.SYSTEM_WITHHELD, CoralStatus.PREMOD),
}
