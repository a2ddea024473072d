"""Tieout's settings, a file per subject; values come from the environment through config/env.py."""

from .admin import *  # noqa: F403
from .api import *  # noqa: F403
from .base import *  # noqa: F403
from .logs import *  # noqa: F403
from .security import *  # noqa: F403
from .sign_in import *  # noqa: F403
from .watching import *  # noqa: F403
from .work import *  # noqa: F403
