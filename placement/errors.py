"""One root for every error a user can meet, a subclass a cause, an exit code each."""

from collections.abc import Sequence
from typing import Any, ClassVar

from placement.counts import counted

_MOST_NAME, _MOST_SENTENCE = 300, 2000


def _short(text: str, most: int = _MOST_NAME) -> str:
    """Return a text as it can be read: the middle of a very long one is left out."""
    return text if len(text) <= most else f"{text[: most // 2]} … {text[-most // 2 :]}"


class PlacementError(Exception):
    """Root of all errors that are raised on purpose.

    Attributes
    ----------
    exit_code
        What the command line exits with.
    """

    exit_code: ClassVar[int] = 1

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it says, whatever its constructor asks for: studies run in processes."""
        return _again, (type(self), self.args, self.__dict__)


def _again[E: PlacementError](kind: type[E], args: tuple[Any, ...], about: dict[str, Any]) -> E:
    error = kind.__new__(kind, *args)
    error.__dict__.update(about)
    return error


class UsageError(PlacementError):
    """A call that cannot be taken: an unknown resource, an option out of range."""

    exit_code: ClassVar[int] = 2


class MissingExtraError(UsageError):
    """Something was asked for that needs an optional part of the package.

    Parameters
    ----------
    what
        What was asked for.
    package
        The package that is missing.
    extra
        The extra that brings it.
    """

    def __init__(self, what: str, *, package: str, extra: str) -> None:
        super().__init__(
            f"{what} needs {package}, which is not installed: "
            f"run `pip install 'event-placement[{extra}]'`."
        )


class RefutedError(PlacementError):
    """What a solution claims was shown to be false by a second solver."""

    exit_code: ClassVar[int] = 1


class InputError(PlacementError):
    """A file or a feature that cannot be used.

    The message is one sentence that names the file, the feature, the field and the remedy,
    as far as each is known.

    Parameters
    ----------
    problem
        What is wrong, without a final full stop.
    file
        Path or name of the file, as the user gave it.
    feature
        Identifier of the feature, e.g. ``"site-12"`` or ``"row 7"``.
    field
        Name of the property, column or key.
    remedy
        What to do about it, without a final full stop.
    """

    exit_code: ClassVar[int] = 3

    def __init__(
        self,
        problem: str,
        *,
        file: object = None,
        feature: str | None = None,
        field: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.feature = feature
        self.field = field
        self.remedy = remedy
        where = [_short(self.file)] if self.file else []
        where += [f"feature {_short(feature)!r}"] if feature is not None else []
        where += [f"field {_short(field)!r}"] if field is not None else []
        text = f"{', '.join(where)}: {problem}" if where else problem
        super().__init__(_short(f"{text}; {remedy}." if remedy else f"{text}.", _MOST_SENTENCE))


class ConflictMarkersError(InputError):
    """A file in which git left a conflict of a merge.

    Parameters
    ----------
    file
        Path or name of the file, as the user gave it.
    line
        Number of the first line that marks one.
    then
        What to do once the conflict is resolved, without a final full stop.
    """

    def __init__(self, *, file: object, line: int, then: str | None = None) -> None:
        self.line = line
        remedy = "keep one side of each conflict and remove the lines of <, = and >"
        super().__init__(
            f"has conflict markers of a merge (the first on line {line:,})",
            file=file,
            remedy=f"{remedy}, then {then}" if then else remedy,
        )


class InfeasibleError(PlacementError):
    """No plan can keep every rule.

    Parameters
    ----------
    message
        One sentence for the user.
    rules
        The rules that clash, in the plan file's own words.
    remedies
        What would make a plan possible, each by itself, in the same words.
    """

    exit_code: ClassVar[int] = 4

    def __init__(
        self, message: str, *, rules: Sequence[str] = (), remedies: Sequence[str] = ()
    ) -> None:
        self.rules = tuple(rules)
        self.remedies = tuple(remedies)
        super().__init__(message)


class NoPlanError(PlacementError):
    """No plan was found within the limit, and none was shown to be impossible."""

    exit_code: ClassVar[int] = 5


class BrokenRulesError(PlacementError):
    """A plan made by hand breaks rules; it is written all the same.

    Parameters
    ----------
    message
        One sentence that says where it is.
    broken
        One sentence a rule.
    """

    exit_code: ClassVar[int] = 6

    def __init__(self, message: str, *, broken: Sequence[str]) -> None:
        self.broken = tuple(broken)
        super().__init__(f"{message}: {'; '.join(self.broken)}.")


class ClusterError(PlacementError):
    """A Dask cluster that cannot be reached or went away, or a process here that was killed."""

    exit_code: ClassVar[int] = 7


class MergeConflictError(PlacementError):
    """Two solutions whose changes exclude each other; the file marks where.

    Parameters
    ----------
    file
        The solution that was merged.
    conflicts
        One sentence a conflict, without a full stop.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, file: object, conflicts: Sequence[str]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__(
            _short(
                f"{file}: merged with {counted(len(self.conflicts), 'conflict')}, marked in the "
                f"file: {'; '.join(self.conflicts)}; keep one side of each, then count it anew "
                "with `place evaluate FILE -o FILE`.",
                _MOST_SENTENCE,
            )
        )


class AuditError(PlacementError):
    """A solution whose figures or rules do not hold when recomputed.

    Parameters
    ----------
    findings
        One sentence a finding.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        count = len(self.findings)
        head = "the audit refused the solution" + (f" ({count} findings)" if count > 1 else "")
        super().__init__(f"{head}: {'; '.join(self.findings)}.")
