"""The process that a submission runs in: without network and without files where bubblewrap works.

bubblewrap shows the process a file system that holds this Python, its packages, and one folder to work in.
Everything else (the course folder, the home, the solutions that come with this package) is not there.
"""

import contextlib
import errno
import os
import platform
import shutil
import site
import struct
import subprocess
import sys
import sysconfig
import tempfile
from functools import cache
from pathlib import Path

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Bool, Type, Unicode

import hpcourse
from hpcourse.instructor import scratch
from hpcourse.instructor.course import exercises_folder

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime")
# Of a list of people, a program needs its own line.
BARE = {"passwd": "student:x:{user}:{group}::/tmp:/bin/sh\n", "group": "student:x:{group}:\n"}
# Its arguments come from a file that is gone when the program starts, since that sees its parent's command.
START = 'exec 3<"$0" 4<"$1"; rm -f "$0" "$1"; shift; exec bwrap --args 3 "$@"'
# System V's shared memory, semaphores and messages are memory that no process and no file has: none in here.
MACHINES = {  # the system's name in filters; shmget, semget, msgget
    "x86_64": (0xC000003E, (29, 64, 68)),
    "aarch64": (0xC00000B7, (194, 190, 186)),
}
ISOLATED = ("--die-with-parent", "--new-session", "--cap-drop", "ALL")
APART = ("--unshare-all",)
# Root needs no other users' numbers to make the fence; in there it may only become a user without rights.
FROM_ROOT = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
)
PARENT = "JPY_PARENT_PID"  # a kernel ends itself when it does not see this process, and in there it cannot
NOBODIES, MANY = 60_000, 5000  # numbers of users that hardly any machine has
SENT = 2000  # milliseconds that a message may wait for a kernel to take it
KERNEL = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


def demoted():
    """What starts a program as a user without rights."""
    return ["setpriv", f"--reuid={nobody()}", f"--regid={nobody()}", "--clear-groups", "--no-new-privs"]


def nobody():
    """A user of this process' own, so that no submission can reach another's files and processes."""
    return NOBODIES + os.getpid() % MANY


@cache
def can_demote(fenced=False):
    """Whether submissions can be run as a user without rights: by root, where this Python is open to all.

    Behind the fence too, since the system bounds no number of processes of root's.
    """
    return os.getuid() == 0 and bool(shutil.which("setpriv")) and not _fails(fenced, lower=True)


def why_not():
    """Why submissions cannot be run in a sandbox here, or "" if they can."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (on Debian and Ubuntu: apt install bubblewrap)"
    said = _fails(fenced=True, lower=False)
    return f"bubblewrap does not work here ({said})" if said else ""


def _fails(fenced, lower):
    """What a kernel's Python says when it cannot be started, or ""."""
    with scratch.folder() as place:
        folder = Path(place, "kernel")
        folder.mkdir()
        before, program = start(folder, None, fenced, lower), "import hpcourse, ipykernel"
        quiet = {"capture_output": True, "text": True, "env": {"PATH": os.defpath}, "cwd": "/"}
        told = subprocess.run([*before, sys.executable, "-c", program], **quiet, check=False)
    said = told.stderr.strip().splitlines() or [f"exit code {told.returncode}"]
    return said[-1] if told.returncode else ""


def start(folder, course, fenced, lower):
    """What stands before a program that runs in `folder`: fenced, or as a user without rights (`lower`)."""
    before = demoted() if lower else []
    if fenced:
        before = fence(folder, course, lower)
    if lower:
        for place in folder.rglob("*"):
            os.chown(place, nobody(), nobody())
        os.chown(folder, nobody(), os.getgid())
        os.chmod(folder, 0o710)  # root goes into it while the fence is made
    return before


def fence(folder, course=None, lower=False):
    """The bubblewrap command up to the program to run, which may write in `folder` only (/tmp in there)."""
    mounts = {}
    for place in SYSTEM:
        if os.path.islink(place):
            mounts[place] = ["--symlink", os.readlink(place), place]
        elif os.path.exists(place):
            mounts[place] = ["--ro-bind", place, place]
    for name in ETC:
        mounts[f"/etc/{name}"] = ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name, content in BARE.items():
        own = Path(folder, f".{name}")
        user, group = (nobody(), nobody()) if lower else (os.getuid(), os.getgid())
        own.write_text(content.format(user=user, group=group))
        mounts[f"/etc/{name}"] = ["--ro-bind", str(own), f"/etc/{name}"]
    for place in _python():
        mounts.setdefault(place, ["--ro-bind", place, place])
    hidden = [str(place) for place in (course, exercises_folder()) if place and place.is_dir()]
    hidden = [place for place in hidden if any(_inside(place, shown) for shown in (*mounts, str(folder)))]
    for place in hidden:
        mounts[place] = ["--tmpfs", place]
    mounts[str(folder)] = ["--bind", str(folder), str(folder)]
    inner_last = sorted(mounts, key=lambda place: place.count("/"))
    above = {str(parent) for place in mounts for parent in Path(place).parents} - {"/", "/tmp"}
    above = sorted(place for place in above if not any(_inside(place, shown) for shown in mounts))
    arguments = ["--bind", str(folder), "/tmp"]
    arguments += [word for place in above for word in ("--dir", place)]  # open to all, whatever it is outside
    arguments += [word for place in inner_last for word in mounts[place]]
    system = ["--proc", "/proc", "--dev", "/dev", "--bind", str(folder), "/dev/shm"]
    # What lies in memory stays empty: files there would take the computer's, and nobody counts them.
    empty = [word for place in (*hidden, "/dev", "/") for word in ("--remount-ro", place)]
    inside = ["--chdir", str(folder), "--unsetenv", PARENT]
    calls = _filter()
    inside += ["--seccomp", "4"] if calls else []
    words = (*ISOLATED, *(FROM_ROOT if lower else APART), *arguments, *system, *empty, *inside)
    told = b"".join(os.fsencode(word) + b"\0" for word in words)
    as_whom = demoted() if lower else []
    return ["/bin/sh", "-c", START, _written(told, folder), _written(calls, folder), *as_whom]


def _written(data, folder):
    """The path of a new file that holds `data`."""
    handle, path = tempfile.mkstemp(prefix=".fence-", dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return path


def _filter():
    """A program for the kernel that refuses `shmget` and the like, and calls in other systems' manner."""
    if platform.machine() not in MACHINES:
        return b""
    system, calls = MACHINES[platform.machine()]
    many = len(calls)
    steps = (
        (0x20, 0, 0, 4),  # load the system's name
        (0x15, 0, many + 3, system),  # another one: refuse
        (0x20, 0, 0, 0),  # load the call's number
        *((0x15, many + 1 - number, 0, call) for number, call in enumerate(calls)),  # refuse
        (0x35, 1, 0, 0x40000000),  # x32: refuse
        (0x06, 0, 0, 0x7FFF0000),  # allow
        (0x06, 0, 0, 0x00050000 | errno.ENOSYS),  # refuse
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _inside(place, folder):
    return Path(place).is_relative_to(folder)


def _python():
    """The folders that this Python and its packages are in."""
    places = {sys.prefix, sys.base_prefix, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    places |= {os.path.dirname(os.path.realpath(sys.executable)), str(Path(hpcourse.__file__).parent)}
    if site.ENABLE_USER_SITE:
        places.add(site.getusersitepackages())
    real = {os.path.realpath(place) for place in places} | places
    return sorted(place for place in real if os.path.isdir(place) and place != "/")


def environment(folder):
    """The variables of the process: nothing of the instructor's own."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "HOME": str(folder),
        "USER": "student",  # whose number may have no name
        "TMPDIR": str(folder),
        "MPLCONFIGDIR": str(folder / ".matplotlib"),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "HPCOURSE_PATIENCE": "10",  # checks count CPU time, not the time that a busy machine takes
        "PIP_NO_INDEX": "1",  # a setup cell that would install something gives up at once
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TQDM_DISABLE": "1",
        "HPCOURSE_KEEP_PROGRESS": "no",
    }


class ShellChannel(AsyncZMQSocketChannel):
    """Looks for a reply after it has sent something, as nbclient does for widgets while it waits.

    Sending takes the note that a reply has come, and who waits for that note would wait for ever.
    """

    def send(self, msg):
        """Send a message."""
        super().send(msg)
        self.socket.get(zmq.EVENTS)


class Listener(AsyncKernelClient):
    """Hears a kernel out without asking it for its heartbeat: who broke its own sockets never answers."""

    shell_channel_class = Type(ShellChannel)

    def start_channels(self, **channels):
        """Open all channels but that one."""
        super().start_channels(**{**channels, "hb": False})


class Kernel(AsyncKernelManager):
    """A kernel of this very Python that talks over files in its `folder`, fenced or not."""

    client_factory = Type(Listener)
    folder = Unicode()
    course = Unicode()
    fenced = Bool(True)
    demoted = Bool(False)

    def __init__(self, folder, course, fenced, demoted=False, **settings):
        super().__init__(**settings)
        self.demoted = demoted
        self.folder, self.course, self.fenced = str(folder), str(course or ""), fenced
        self.transport, self.ip = "ipc", str(folder / ".k")
        self.context.setsockopt(zmq.SNDTIMEO, SENT)  # a kernel that broke its own sockets takes nothing
        self.connection_file = str(folder / ".kernel.json")
        # A signal would reach bubblewrap and not the kernel behind it; a message reaches the kernel.
        argv = [sys.executable, *KERNEL]
        self._kernel_spec = KernelSpec(argv=argv, language="python", interrupt_mode="message")

    @property
    def said(self):
        """Where the process writes what it says outside of its cells."""
        return Path(self.folder) / ".kernel.log"

    def format_kernel_cmd(self, extra_arguments=None):
        """The command, inside the fence."""
        command = super().format_kernel_cmd(extra_arguments)
        course = Path(self.course) if self.course else None
        return start(Path(self.folder), course, self.fenced, self.demoted) + command

    async def _async_start_kernel(self, **settings):
        env = environment(Path(self.folder))
        with open(self.said, "wb") as log:
            if len(f"{self.ip}-5") > zmq.IPC_PATH_MAX_LEN:  # the last of five sockets
                raise OSError(f"{self.folder} is too long a name for sockets; set TMPDIR to a shorter folder")
            quiet = {"stdout": subprocess.DEVNULL, "stderr": log, "cwd": self.folder, "env": env}
            await super()._async_start_kernel(**{**settings, **quiet})

    start_kernel = _async_start_kernel

    async def _async_interrupt_kernel(self):
        with contextlib.suppress(zmq.ZMQError):  # who does not listen, is ended
            await super()._async_interrupt_kernel()

    interrupt_kernel = _async_interrupt_kernel
