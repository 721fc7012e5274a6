"""Limits that hold for everything a submission starts: processes, memory and files taken together."""

import contextlib
import ctypes
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import connection, parent_process

import psutil

from hpcourse.instructor.notes import note

PAUSE = 0.1
BIG_FILE = 64 * 2**20
SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER: orphans of a submission stay our children


class Guard(threading.Thread):
    """Watches the processes below this one and ends them when they take too much; `reason` says what.

    It also ends this process when the one that started it is gone, so that an interrupted run leaves
    nothing behind.
    """

    def __init__(self, limits, deadline):
        super().__init__(daemon=True)
        self.folder, self.limits, self.deadline, self.reason = None, limits, deadline, None
        self._over, self._judging = threading.Event(), threading.Lock()

    def run(self):
        """Watch until `stop`."""
        parent, rounds = parent_process(), 0
        usual = _processes()
        while not self._over.wait(PAUSE):
            rounds += 1
            if parent and connection.wait([parent.sentinel], timeout=0):
                self.give_up()
            many = _processes() > usual + self.limits["processes"]
            if many or rounds % 5 == 0:
                with self._judging:
                    self.reason = self.reason or self._excess()
                    if self.reason:
                        end_all()

    def watch(self, folder):
        """Begin anew, with nothing left of what ran before and with `folder` to work in."""
        with self._judging:
            end_all()
            self.folder, self.reason = folder, None

    def give_up(self, *_):
        """End this process and leave nothing behind; also what a signal may call."""
        end_all()
        remove(self.folder or "")
        os._exit(1)

    def stop(self):
        """Stop watching and end what is left."""
        self._over.set()
        end_all()

    def _excess(self):
        below = _below()
        if len(below) > self.limits["processes"]:
            return note("more than {count} processes", count=self.limits["processes"])
        if sum(map(_memory, below)) > self.limits["memory_mb"] * 2**20:
            return note("more than {count} MB of memory", count=self.limits["memory_mb"])
        if self.folder and _size(self.folder) > self.limits["disk_mb"] * 2**20:
            return note("more than {count} MB of files", count=self.limits["disk_mb"])
        if time.monotonic() > self.deadline:
            return note("time is up")
        return None


def limit(limits):
    """Limits that each process below this one inherits."""
    memory = (limits["memory_mb"] + 2048) * 2**20  # of addresses, of which a kernel uses a fraction
    _set("RLIMIT_AS", memory)
    _set("RLIMIT_FSIZE", BIG_FILE)
    _set("RLIMIT_CORE", 0)
    if os.getuid() != 0:  # counts what the user runs elsewhere too, and does not bind root
        _set("RLIMIT_NPROC", _own_threads() + 4 * limits["processes"])
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def _set(name, value):
    with contextlib.suppress(AttributeError, ValueError, OSError):
        kind = getattr(resource, name)
        _, most = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def end_all():
    """End every process below this one; those that multiply are stopped first."""
    for _ in range(100):
        below = _below()
        if not below:
            return
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for process in below:
                with contextlib.suppress(psutil.Error, OSError):
                    process.send_signal(sign)
        for process in below:
            with contextlib.suppress(psutil.Error, OSError):
                process.wait(0.01)


def _below():
    try:
        below = psutil.Process().children(recursive=True)
    except psutil.Error:
        return []
    return [process for process in below if _alive(process)]


def _alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _processes():
    """How many processes the system has: quicker to find out than who they belong to."""
    return len(psutil.pids())


def _memory(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _own_threads():
    threads = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == os.getuid():
                threads += process.num_threads()
    return threads


def _size(folder):
    total, places = 0, [folder]
    while places:  # no recursion: folders can be nested deeper than Python's limit
        try:
            with os.scandir(places.pop()) as entries:
                for entry in entries:
                    total += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        places.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone in the meantime
        except OSError:  # nested too deep to be named, or closed to us: a place to hide files in
            return math.inf
    return total


def remove(folder):
    """Delete a submission's folder."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["rm", "-rf", "--", folder], capture_output=True, check=False)
