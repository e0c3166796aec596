"""Whether the vectors guard the schemas: each constraint is removed in turn, and a vector has to notice."""

from __future__ import annotations

import sys
from pathlib import Path

from side_by_side import Row, table

sys.path.append(str(Path(__file__).parents[1] / "tests" / "support"))

from mutations import Mutations


def rows() -> list[Row]:
    """The score of each folder of schemas, and the constraints that nothing guards."""
    mutations = Mutations()
    folders = sorted({each.folder for each in mutations.all})
    return [row for folder in folders for row in _of(mutations, folder)]


def _of(mutations: Mutations, folder: str) -> list[Row]:
    all_of_it = [each for each in mutations.all if each.folder == folder]
    left = [each for each in all_of_it if mutations.noticed(each) is None]
    score = 100 * (len(all_of_it) - len(left)) / len(all_of_it)
    result = f"{len(all_of_it) - len(left)} of {len(all_of_it)}, {score:.1f} %"
    what = f"{folder}: removed constraints that a vector notices"
    return [
        Row(what, result, "100 %"),
        *(Row(str(one), "unnoticed") for one in left),
    ]


if __name__ == "__main__":
    print(table(rows()))
