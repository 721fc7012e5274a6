"""A folder for what a process that grades keeps for a while; one that was killed cannot remove its own.

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


@contextlib.contextmanager
def folder():
    """`with folder() as path`: a new folder, marked as in use until the end."""
    path = tempfile.mkdtemp(prefix=PREFIX)
    os.chmod(path, 0o711)  # a submission that runs as another user has its own folder in here
    with open(os.path.join(path, ".new"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.rename(lock.name, os.path.join(path, LOCK))  # nobody ever sees it unlocked
        try:
            yield path
        finally:
            remove(path)


def sweep():
    """Remove the folders of this user's processes that have ended."""
    for path in glob.glob(os.path.join(tempfile.gettempdir(), f"{PREFIX}*", LOCK)):
        place = os.path.dirname(path)
        with contextlib.suppress(OSError):
            about = os.lstat(place)
            if about.st_uid != os.getuid() or not stat.S_ISDIR(about.st_mode):  # a link could lead anywhere
                continue
            with open(path, "r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises OSError while the owner lives
                remove(place)
