"""Make the virtual environment and install the locked requirements: `bootstrap.py demo`, or `dev`.

Runs on the machine's own Python before anything of ours is installed: standard library only, and old enough
in its grammar that Python 3.6 still reads the sentence saying that it is too old.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
# Everything in the first is in the second: who has dev needs no demo.
SATISFIED_BY = {"demo": ("demo", "dev"), "dev": ("dev",)}


def main() -> int:
    if sys.version_info < OLDEST:
        return fail(
            "Tieout needs Python {}.{} or newer; {} is {}.\nInstall one (Debian 12: apt-get install python3 "
            "python3-venv), or name it: make PYTHON=/path/to/python3.12 …".format(
                *OLDEST, sys.executable, sys.version.split()[0]
            )
        )
    kind = sys.argv[1]
    with open(os.path.abspath(__file__)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two makes at once would install into each other
        if any(is_installed(other) for other in SATISFIED_BY[kind]):
            return 0
        return make_venv() or install(kind)


def is_installed(kind: str) -> bool:
    try:
        with open(stamp(kind)) as file:
            return file.read() == wanted(kind) and runs()
    except OSError:
        return False


def make_venv() -> int:
    if runs():
        return 0
    say(f"Making .venv (Python {sys.version.split()[0]})")
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode == 0:
        return 0
    shutil.rmtree(VENV, ignore_errors=True)
    return fail(
        "Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv\n"
        + made.stdout.decode(errors="replace").strip()
    )


def install(kind: str) -> int:
    name = f"requirements/{kind}.txt"
    say(f"Installing {name} (once; hashes checked)")
    began = time.time()
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--require-hashes", "--only-binary=:all:", "-r", os.path.join(ROOT, name)]
    if subprocess.run(command, stdin=subprocess.DEVNULL).returncode:
        return fail(f"pip could not install {name}; its words stand above.")
    with open(stamp(kind), "w") as file:
        file.write(wanted(kind))
    say(f"Installed in {time.time() - began:.0f} s")
    return 0


def stamp(kind: str) -> str:
    return os.path.join(VENV, ".installed-" + kind)


def wanted(kind: str) -> str:
    with open(os.path.join(ROOT, "requirements", kind + ".txt"), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def runs() -> bool:
    """Tell whether the environment's Python works here: a moved folder or a new system Python breaks it."""
    try:
        command = [PYTHON, "-c", "import sys, pip; print(sys.prefix)"]
        answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    found = answer.stdout.decode(errors="replace").strip()
    return answer.returncode == 0 and os.path.realpath(found) == os.path.realpath(VENV)


def say(text: str) -> None:
    print(text, flush=True)


def fail(text: str) -> int:
    print("\n" + text + "\n", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
