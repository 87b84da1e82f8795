"""
One labelled comment, as every step of training passes it on.
"""

from dataclasses import dataclass

from service.core.comment import Comment

LABELS = ("ham", "spam")
# What moderators of a site said has a source of its own, so that it may have a line of its own in the parameters.
OF_STORE = "store:"


@dataclass(frozen=True, slots=True)
class Row:
    """
    A comment with its label and where it came from.

    `group` joins rows that must stay on one side of every split: a template, an article. `is_trackback` marks a text
    in the form that blogs send each other, which no comment form can send. `date` begins with year, month and day, or
    is empty. `weight` is how much the label counts, at most 1. `is_own` marks what the site's own moderators said: it
    goes before what others said of the same text. `place` is file and line, for messages.
    """

    source: str
    label: str
    name: str
    comment: str
    url: str = ""
    article_title: str = ""
    group: str = ""
    language: str = ""
    kind: str = ""
    date: str = ""
    is_trackback: bool = False
    weight: float = 1.0
    is_own: bool = False
    place: str = ""

    @property
    def site(self) -> str:
        """
        Return the name of the site that the row's source stands for.
        """
        return self.source.removeprefix(OF_STORE)

    @property
    def is_spam(self) -> bool:
        """
        Tell whether the row is labelled spam.
        """
        return self.label == "spam"

    def as_comment(self) -> Comment:
        """
        Return what a CMS would have sent for this row.
        """
        return Comment(self.name, self.comment, url=self.url, article_title=self.article_title)
