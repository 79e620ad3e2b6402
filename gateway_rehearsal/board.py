"""What a user sees while stacks are deployed: a line for each, live on a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Board:
    """One line a stack; where there is no terminal, one line for each change of phase.

    A terminal has those that are under way at its foot, and above them those that have ended.
    """

    def __init__(self, console: Console, stacks: tuple[str, ...]) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks = {stack: self._add(stack) for stack in stacks}

    def __enter__(self) -> Self:
        """Show the board."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave its last state on the terminal."""
        self._progress.stop()

    def phase(self, stack: str, text: str) -> None:
        """Tell what a stack is at now."""
        if self._progress.disable:
            self._tell(stack, text)
        else:
            self._progress.reset(self._tasks[stack], description=_line(stack, text), visible=True)

    def count(self, stack: str, text: str) -> None:
        """Tell how far a stack is, which only a terminal shows."""
        self._progress.update(self._tasks[stack], description=_line(stack, text))

    def end(self, stack: str, text: str) -> None:
        """Tell how a stack ended."""
        self._progress.update(self._tasks[stack], visible=False, refresh=True)
        self._tell(stack, text)

    def _tell(self, stack: str, text: str) -> None:
        """Print a line that stays."""
        self._console.print(f"{stack}: {text}", highlight=False, markup=False)

    def _add(self, stack: str) -> TaskID:
        """Keep a line for a stack, to be seen when something is done with it."""
        return self._progress.add_task(_line(stack, "waiting"), total=None, visible=False)


def _line(stack: str, text: str) -> str:
    """Write a line of the board."""
    return f"[bold]{escape(stack)}[/]: {escape(text)}"
