"""Ask for known holes in what production installs: `python -m config.local.audit`.

Finding one fails. Not reaching the advisory service does not, and is said aloud.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKED = "requirements/production.txt"
SECONDS = 120
UNREACHABLE = "\n*** Audit SKIPPED: the advisory service cannot be reached from here ({}). ***\n"
NETWORK_ERRORS = ("requests.exceptions.", "urllib3.exceptions.", "ServiceError", "ConnectionError", "Timeout")


def main() -> int:
    """Audit the locked requirements."""
    options = ["--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off", "--timeout=5"]
    command = [sys.executable, "-m", "pip_audit", *options, "-r", LOCKED]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        print(UNREACHABLE.format(f"no answer in {SECONDS} s"), file=sys.stderr)
        return 0
    try:
        packages = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _without_answer(answer.stderr.strip())
    holes = [(package, hole) for package in packages for hole in package.get("vulns", [])]
    for package, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "nowhere yet"
        print(f"{package['name']} {package['version']}: {hole['id']}, fixed in {fixed}")
    print(f"Audit: {len(packages)} packages, {len(holes)} known holes.")
    return 1 if holes else 0


def _without_answer(words: str) -> int:
    last = words.rpartition("\n")[2][:200]
    if any(name in last for name in NETWORK_ERRORS):
        print(UNREACHABLE.format(last), file=sys.stderr)
        return 0
    print(f"pip-audit failed: {words[-2000:]}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
