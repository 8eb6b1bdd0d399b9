"""Read the plan of a command; its demand in parts where ``--jobs`` and ``--dask`` say."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import placement
from placement.cli.options import DASK, JOBS

if TYPE_CHECKING:
    from placement.plan.problem import Plan


def read_plan(file: Path, **asked: Any) -> "Plan":  # noqa: ANN401 - as `placement.load_plan`
    """Read a plan with all its layers.

    Parameters
    ----------
    file
        The plan file or its folder.
    **asked
        As for `placement.load_plan`.

    Raises
    ------
    InputError, UsageError, InfeasibleError
        As from `placement.load_plan`.
    ClusterError
        If the cluster is not there, or goes away.
    """
    from placement.executor import chosen_executor

    context = click.get_current_context(silent=True)
    given = {} if context is None else context.meta
    with chosen_executor(jobs=given.get(JOBS), dask=given.get(DASK)) as executor:
        return placement.load_plan(file, executor=executor, **asked)
