"""
What clients submit, as labels.
"""

from dataclasses import dataclass
from typing import Protocol

from service.akismet.parts import Report
from service.core.comment import Comment
from service.core.decision import Verdict
from service.core.labels import Label
from service.core.site import Site
from service.core.text import storable
from service.labelling import Heard

LONGEST_WHO = 200


class Hears(Protocol):
    """
    Takes labels, as `service.labelling.Labelling` does.
    """

    def report(
        self, site: Site, comment: Comment, decision_id: str | None, label: Label, who: str, told: Verdict | None
    ) -> Heard: ...


@dataclass(frozen=True, slots=True)
class Reports:
    """
    Hands on what is submitted.
    """

    labelling: Hears

    def label(self, site: Site, report: Report) -> None:
        """
        Keep what a moderator says of a comment.
        """
        label = Label.SPAM if report.is_spam else Label.HAM
        who = storable(report.who)[:LONGEST_WHO]
        told = None if report.told_spam is None else Verdict.REJECT if report.told_spam else Verdict.ACCEPT
        self.labelling.report(site, report.comment, report.decision_id, label, who, told)
