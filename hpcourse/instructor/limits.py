"""Limits that hold for everything a submission starts: processes, memory and files taken together."""

import contextlib
import ctypes
import errno
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from typing import NamedTuple

import psutil

from hpcourse.instructor.notes import note

PAUSE = 0.1
BIG_FILE = 64 * 2**20
THREADS = 4  # on average of a process; those that have ended and are not yet cleared away count as well
OPEN_FILES = 256  # a process's; each can hold memory that belongs to nobody
WAITS = "waits"  # in a socket, for somebody to take it: a file that no process has open
QUEUE = 425_984  # bytes that wait in a socket at most, as Linux is usually set
PATIENCE = 6  # looks at what waits, until it counts as kept there: what is in it, nobody can see
SUBREAPER = 36  # prctl's PR_SET_CHILD_SUBREAPER: orphans of a submission stay our children
STUCK = 600  # rounds of PAUSE (a busy machine makes them longer) without an answer to an excess: it hangs
FAR = 10  # wall time over CPU time: only a machine that stands still takes so long
SLEEPS = (psutil.STATUS_SLEEPING, psutil.STATUS_IDLE, psutil.STATUS_ZOMBIE, psutil.STATUS_STOPPED)
HIDDEN = {errno.ENAMETOOLONG, errno.EACCES, errno.EPERM, errno.ELOOP}  # too deep to be named, or closed to us
WORKS = 0.1  # of the time: who uses less CPU than this is asleep, if it does not wait for one


class Guard(threading.Thread):
    """Watches the processes below this one and ends them when they take too much; `reason` says what.

    It also ends this process when the one that started it is gone, so that an interrupted run leaves
    nothing behind, and when it hangs: when nothing is begun anew long after an excess.
    """

    def __init__(self, limits, out_of_time):
        super().__init__(daemon=True)
        self.folder, self.limits, self.out_of_time, self.reason = None, limits, out_of_time, None
        self._looks = 0  # in a row at which something waited
        self._over, self._judging = threading.Event(), threading.Lock()

    def run(self):
        """Watch until `stop`."""
        parent, rounds, since = os.getppid(), 0, None
        usual = _processes()
        while not self._over.wait(PAUSE):
            rounds += 1
            if os.getppid() != parent:
                self.give_up()
            many = _processes() > usual + self.limits["processes"]
            if many or rounds % 5 == 0:
                with self._judging:
                    self._judge()
                    since = (since or rounds) if self.reason else None
                if since and rounds - since > STUCK:
                    self.give_up()

    def watch(self, folder):
        """Begin anew, with nothing left of what ran before and with `folder` to work in."""
        with self._judging:
            end_all()
            self.folder, self.reason, self._looks = folder, None, 0

    def give_up(self, *_):
        """End this process and leave nothing behind; also what a signal may call."""
        end_all()
        remove(self.folder or "")
        os._exit(1)

    def stop(self):
        """Stop watching and end what is left."""
        self._over.set()
        end_all()

    def look(self):
        """What is too much right now, or None: what a cell leaves behind is not the fault of the next one."""
        tasks, resident = nearby()
        size, files = _size(self.folder, self.limits["files"])
        if (
            tasks > self.limits["processes"]
            or resident > self.limits["memory_mb"] * 2**20
            or size > self.limits["disk_mb"] * 2**20
            or files > self.limits["files"]
        ):
            with self._judging:
                self._judge()
        return self.reason

    def _judge(self):
        self.reason = self.reason or self._excess()
        if self.reason:
            end_all()

    def _excess(self):
        everything = all_below()
        processes = [process for process in everything if process.cpu >= 0]
        tasks = sum(process.tasks for process in everything)
        if len(processes) > self.limits["processes"] or tasks > THREADS * self.limits["processes"]:
            return note("more than {count} processes", count=self.limits["processes"])
        most, shared = self.limits["memory_mb"] * 2**20, held(processes)
        self._looks = self._looks + 1 if any(kind == WAITS for kind, _ in shared) else 0
        if memory(processes, most, shared) > most or self._looks > PATIENCE:
            return note("more than {count} MB of memory", count=self.limits["memory_mb"])
        if self.folder:
            size, files = _size(self.folder, self.limits["files"])
            if size > self.limits["disk_mb"] * 2**20:
                return note("more than {count} MB of files", count=self.limits["disk_mb"])
            if files > self.limits["files"]:
                return note("more than {count} files", count=self.limits["files"])
        if self.out_of_time():
            return note("time is up")
        return None


class Meter:
    """CPU seconds used below this process, and seconds in which nothing below wanted a CPU.

    Neither depends on what else the machine does: who waits for a CPU is neither at work nor asleep. Nobody
    can see who has stopped a process; `stopped` says that one was. With `us`, what is below is not idle while
    this process is the one that works, or waits for a CPU.
    """

    def __init__(self, us=False):
        self.us = us
        self.started, self.last, self.idle = cpu_seconds(), time.monotonic(), 0.0
        self.cpu, self.stopped = 0.0, False

    def look(self):
        """Bring `cpu` and `idle` up to date."""
        now, cpu = time.monotonic(), cpu_seconds() - self.started
        passed = min(now - self.last, 1.0)  # if we were kept waiting ourselves, it is not their sleep
        if cpu - self.cpu < WORKS * passed:
            processes = below()
            if all(process.sleeps for process in processes) and not (self.us and _awake()):
                self.idle += passed
                self.stopped |= any(process.stopped for process in processes)
        self.cpu, self.last = max(cpu, self.cpu), now
        return self

    @property
    def most(self):
        """The larger of both."""
        return max(self.cpu, self.idle)


def cpu_seconds():
    """CPU time of everything below this process, of what has ended as well."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + sum(process.cpu for process in below())


def _awake():
    """Whether this process's first thread works or waits for a CPU."""
    return psutil.Process().status() not in SLEEPS


def limit(limits, user=None):
    """Limits that each process below this one inherits; `user` is the number of whom they will belong to."""
    memory = (limits["memory_mb"] + 2048) * 2**20  # of addresses, of which a kernel uses a fraction
    _set("RLIMIT_AS", memory)
    _set("RLIMIT_FSIZE", BIG_FILE)
    _set("RLIMIT_CORE", 0)
    _set("RLIMIT_NOFILE", OPEN_FILES)
    user = os.getuid() if user is None else user
    if user != 0:  # counts what the user runs elsewhere too, and does not bind root
        _set("RLIMIT_NPROC", _threads_of(user) + THREADS * limits["processes"])
    adopt()


def adopt():
    """Become the parent of everything below whose own parent ends."""
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
        processes = below()
        if not processes:
            return
        here = os.getpid()
        for process in processes:  # the first process of a sandbox takes all others with it
            if process.parent == here:
                _signal(process, signal.SIGKILL)
        for sign in (signal.SIGSTOP, signal.SIGKILL):
            for process in processes:
                _signal(process, sign)
        time.sleep(0.01)


def _signal(process, sign):
    with contextlib.suppress(OSError):
        os.kill(process.pid, sign)


class Process(NamedTuple):
    """A process: its CPU seconds with those of children that have ended (-1: ended itself), its memory.

    `tasks` are the places that it takes in the system's table: its threads, also one that has ended.
    """

    pid: int
    parent: int
    sleeps: bool
    stopped: bool
    cpu: float
    rss: int
    tasks: int


def below():
    """Every Process below this one that has not ended."""
    return [process for process in all_below() if process.cpu >= 0]


def all_below():
    """Every Process below this one; read in one go, since a submission may start thousands."""
    everything = list(_all_processes())
    children = defaultdict(list)
    for process in everything:
        children[process.parent].append(process)
    found, places = [], [os.getpid()]
    while places:
        for process in children.pop(places.pop(), ()):
            found.append(process)
            places.append(process.pid)
    return found


def nearby():
    """(threads, resident bytes) below this process by the system's lists of children: quick, but no proof."""
    tasks, resident, places, page = 0, 0, [os.getpid()], os.sysconf("SC_PAGE_SIZE")
    while places:
        place = f"/proc/{places.pop()}"
        with contextlib.suppress(OSError, IndexError, ValueError):
            threads = os.listdir(f"{place}/task")
            for thread in threads:
                with open(f"{place}/task/{thread}/children", "rb") as file:
                    places += map(int, file.read().split())
            with open(f"{place}/statm", "rb") as file:
                resident += int(file.read().split()[1]) * page
            tasks += len(threads)
    return tasks, resident


def _all_processes():
    if not sys.platform.startswith("linux"):
        for process in psutil.process_iter(
            ["pid", "ppid", "status", "cpu_times", "memory_info", "num_threads"]
        ):
            told = process.info
            cpu, memory = told["cpu_times"], told["memory_info"]
            sleeps = told["status"] in SLEEPS
            ended = told["status"] == psutil.STATUS_ZOMBIE
            yield Process(
                told["pid"],
                told["ppid"],
                sleeps,
                told["status"] == psutil.STATUS_STOPPED,
                -1 if ended else sum(cpu[:4]) if cpu else 0.0,
                memory.rss if memory else 0,
                told["num_threads"] or 1,
            )
        return
    tick, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    for name in os.listdir("/proc"):
        if name.isdigit():
            with (
                contextlib.suppress(OSError, IndexError, ValueError),
                open(f"/proc/{name}/stat", "rb") as file,
            ):
                fields = file.read().rpartition(b")")[2].split()
                ended = fields[0] in (b"Z", b"X")
                cpu = -1.0 if ended else sum(map(int, fields[11:15])) / tick
                yield Process(
                    int(name),
                    int(fields[1]),
                    fields[0] in b"SIZTt",
                    fields[0] in b"Tt",
                    cpu,
                    0 if ended else int(fields[21]) * page,
                    max(1, int(fields[17])),
                )


def _processes():
    """How many processes the system has: quicker to find out than who they belong to."""
    return len(psutil.pids())


def memory(processes, most=math.inf, shared=None):
    """Bytes that processes hold: what is resident, and what only an open file or a mapping keeps alive.

    What a process and its forks have in common is resident in each. It takes time to find out how much that
    is, so it is done only where they would hold more than `most` without it.
    """
    shared = held(processes) if shared is None else shared
    total = sum(process.rss for process in processes)
    if total + sum(shared.values()) > most:
        total = sum(min(process.rss, _share(process.pid)) for process in processes)
    return total + sum(shared.values())


def held(processes):
    """What processes hold beside what is resident, {(device or kind, number): bytes}."""
    shared = {}
    for process in processes:
        _kept_open(process.pid, shared)
        _mapped(process.pid, shared)
    return shared


def _share(pid):
    """A process's share of what is resident: a page that two have counts half."""
    with (
        contextlib.suppress(OSError, ValueError),
        open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file,
    ):
        lines = dict(line.split()[:2] for line in file.readlines()[1:])
        return int(lines["Pss:"]) * 1024
    return math.inf


def addresses():
    """Bytes of addresses that the largest process below this one has taken, whether it wrote there or not."""
    most = 0
    for process in below():
        with contextlib.suppress(psutil.Error):
            most = max(most, psutil.Process(process.pid).memory_info().vms)
    return most


def _kept_open(pid, shared):
    """Memory files and files that have been deleted, {(device, inode): bytes}; and sockets, whose queues
    may be full, also of files that are as large as they may be.
    """
    with contextlib.suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                target = os.readlink(entry.path)
                if target.startswith("/memfd:") or target.endswith(" (deleted)"):
                    about = os.stat(entry.path)
                    key = about.st_dev, about.st_ino
                    shared[key] = max(shared.get(key, 0), about.st_blocks * 512)
                elif target.startswith("socket:"):
                    shared["queue", target] = QUEUE
                    if many := _in_queue(pid, entry.name):
                        shared[WAITS, target] = many * BIG_FILE


def _in_queue(pid, number):
    """How many open files wait in a socket."""
    with open(f"/proc/{pid}/fdinfo/{number}", "rb") as file:
        told = [line for line in file if line.startswith(b"scm_fds:")]
    return int(told[0].split()[1]) if told else 0


def _mapped(pid, shared):
    """Shared mappings of no file: a child may have filled the pages, and they are nobody's when it ends."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:
        for line in maps:
            fields = line.split(maxsplit=5)
            if "s" in fields[1] and len(fields) > 5 and fields[5].rstrip().endswith("(deleted)"):
                start, end = (int(address, 16) for address in fields[0].split("-"))
                device = os.makedev(*(int(part, 16) for part in fields[3].split(":")))
                key = device, int(fields[4])
                shared[key] = max(shared.get(key, 0), end - start)


def _threads_of(user):
    threads = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == user:
                threads += process.num_threads()
    return threads


def _size(folder, most=math.inf):
    """(bytes, files) in a folder; counting stops at `most` files."""
    total, files, places = 0, 0, [folder]
    while places and files <= most:  # no recursion: folders can be nested deeper than Python's limit
        try:
            with os.scandir(places.pop()) as entries:
                for entry in entries:
                    files += 1
                    total += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        places.append(entry.path)
                    if files > most:
                        break
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone in the meantime
        except OSError as error:
            if error.errno in HIDDEN:
                return math.inf, files
            continue  # this process lacks descriptors or memory, say
    return total, files


def remove(folder):
    """Delete a submission's folder."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        subprocess.run(["rm", "-rf", "--", folder], capture_output=True, check=False)
