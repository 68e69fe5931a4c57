"""Switches where Circular 22/2021 is silent. Every default is the usual reading; each result stores the id of its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from maitruong.foundation.regulations import RuleSettings


@dataclass(frozen=True)
class Tt22Settings(RuleSettings):
    """How this province or school reads Circular 22/2021.

    adjust_mode: how "only because of one subject" (Điều 9, khoản 3) is tried: `replace` judges with that subject at 10 / Đạt,
        `remove` without it. They differ when the subject is needed to reach the count of six.
    adjust_comment_subject: whether a comment subject at Chưa đạt may be that one subject.
    one_term_result: a subject taught in one term only: `carry` makes its term result the year result, `none` gives no year result.
    cluster_terms: the terms in which a topic cluster (cụm chuyên đề) brings its regular mark.
    count_optional_subjects: whether optional subjects studied the whole year enter the level.
    retest_replace: whether the result of a retest takes the place of the year's always (`literal`) or only when better (`best`).
    fewer_subjects: a pupil left with fewer than six scored subjects: `cap` asks for all that are left, `fixed` still for six.
    """

    act_id: ClassVar[str] = "tt22_2021"

    adjust_mode: Literal["replace", "remove"] = "replace"
    adjust_comment_subject: bool = True
    one_term_result: Literal["carry", "none"] = "carry"
    cluster_terms: Literal["1", "2", "1+2"] = "2"
    count_optional_subjects: bool = True
    fewer_subjects: Literal["cap", "fixed"] = "cap"
    retest_replace: Literal["literal", "best"] = "literal"

    def records_cluster_in(self, term: int) -> bool:
        return str(term) in self.cluster_terms.split("+")


DEFAULT = Tt22Settings()
