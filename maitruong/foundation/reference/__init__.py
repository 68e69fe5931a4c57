"""Code lists with dates: what a code meant on a day. The lists are files in `lists/`, one row per key and period.

    reference.code("ethnic_group", "TAY").name                  -> "Tày"
    reference.code("ethnic_group", "TAY")["code_1979"]          -> "02"
    reference.codes("identity_document", on=date(2024, 6, 1))   -> the documents that existed on that day
    reference.by("ethnic_group", "code_census", "04").key       -> "MUONG"
    reference.match("religion", "phat giao").key                -> "BUDDHISM"

A key is ours and never changes; the codes of other systems are columns, because one number means different things in
different systems. Asked without a day, a list answers for today.
"""

from .catalogue import Code, by, code, codes, lists, match
from .errors import UnknownCode, UnknownList

__all__ = ["Code", "UnknownCode", "UnknownList", "by", "code", "codes", "lists", "match"]
