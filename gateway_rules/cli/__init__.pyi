from .app import main as main
from .repair_command import Wish as Wish
from .repair_command import repair as repair
from .terminal import Json as Json
from .terminal import Stack as Stack
from .terminal import Yes as Yes
