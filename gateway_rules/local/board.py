"""What a user sees while stacks are deployed: a line for each, live on a terminal."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Board:
    """One line a stack; where there is no terminal, one line for each change of phase."""

    def __init__(self, console: Console, stacks: tuple[str, ...]) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(finished_text="•"),
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
        self.count(stack, text)
        if self._progress.disable:
            self._console.print(f"{stack}: {text}", highlight=False, markup=False)

    def count(self, stack: str, text: str) -> None:
        """Tell how far a stack is, which only a terminal shows."""
        self._progress.update(self._tasks[stack], description=_line(stack, text))

    def end(self, stack: str, text: str) -> None:
        """Tell how a stack ended."""
        self.phase(stack, text)
        self._progress.update(self._tasks[stack], total=1, completed=1)

    def _add(self, stack: str) -> TaskID:
        """Give a stack its line."""
        return self._progress.add_task(_line(stack, "waiting"), total=None)


def _line(stack: str, text: str) -> str:
    """Write a line of the board."""
    return f"[bold]{escape(stack)}[/]: {escape(text)}"
