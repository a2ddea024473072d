"""Prove on a real tenant what can only be proved there; reading only, unless writing is asked for by name."""

from .answers import Verdict
from .probing import Probed, probe_reading, probe_writing
from .writes import Trial, choose_trial

__all__ = ["Probed", "Trial", "Verdict", "choose_trial", "probe_reading", "probe_writing"]
