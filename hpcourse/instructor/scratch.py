"""A folder for everything temporary of a process that grades; one that was killed cannot remove its own.

Whoever lives holds a lock on a file in it, which the system takes back at any kind of end. So the next one to
start removes what the dead have left, and nothing of another user's.
"""

import contextlib
import fcntl
import glob
import os
import stat
import tempfile

from hpcourse.instructor.limits import remove

PREFIX, LOCK = "hp-", ".hpcourse-in-use"
_held = []  # open files: closing them would give up their locks


def own():
    """Make a folder that is this process' for as long as it lives, and put its temporary files there."""
    sweep()
    folder = tempfile.mkdtemp(prefix=PREFIX)
    os.chmod(folder, 0o711)  # a submission that runs as another user has its folder in here
    lock = open(os.path.join(folder, ".new"), "w")  # noqa: SIM115
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.rename(lock.name, os.path.join(folder, LOCK))  # nobody ever sees it unlocked
    _held.append(lock)
    tempfile.tempdir = folder
    return folder


def sweep():
    """Remove the folders of this user's processes that have ended."""
    for path in glob.glob(os.path.join(tempfile.gettempdir(), f"{PREFIX}*", LOCK)):
        folder = os.path.dirname(path)
        with contextlib.suppress(OSError):
            about = os.lstat(folder)
            if about.st_uid != os.getuid() or not stat.S_ISDIR(about.st_mode):  # a link could lead anywhere
                continue
            with open(path, "r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises OSError while the owner lives
                remove(folder)
