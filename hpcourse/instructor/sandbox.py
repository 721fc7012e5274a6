"""The process that a submission runs in: without network and without files where bubblewrap works.

bubblewrap shows the process a file system that holds this Python, its packages, and one folder to work in.
Everything else (the course folder, the home, the solutions that come with this package) is not there.
"""

import os
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Bool, Unicode

import hpcourse
from hpcourse.instructor.course import exercises_folder

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "passwd", "group")
ISOLATED = ("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
PARENT = "JPY_PARENT_PID"  # a kernel ends itself when it does not see this process, and in there it cannot
KERNEL = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


def why_not():
    """Why submissions cannot be run in a sandbox here, or "" if they can."""
    if not shutil.which("bwrap"):
        return "bubblewrap is not installed (on Debian and Ubuntu: apt install bubblewrap)"
    command = [*fence(Path("/tmp")), sys.executable, "-c", "import hpcourse, ipykernel"]
    done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.defpath}, check=False)
    if done.returncode == 0:
        return ""
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return f"bubblewrap does not work here ({said[-1]})"


def fence(folder, course=None):
    """The bubblewrap command up to the program to run, which may write in `folder` only (/tmp in there)."""
    mounts = {"/tmp": ["--bind", str(folder), "/tmp"]}
    for place in SYSTEM:
        if os.path.islink(place):
            mounts[place] = ["--symlink", os.readlink(place), place]
        elif os.path.exists(place):
            mounts[place] = ["--ro-bind", place, place]
    for name in ETC:
        mounts[f"/etc/{name}"] = ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for place in _python():
        mounts.setdefault(place, ["--ro-bind", place, place])
    hidden = [str(place) for place in (course, exercises_folder()) if place and place.is_dir()]
    for place in hidden:
        mounts[place] = ["--tmpfs", place]
    mounts[str(folder)] = ["--bind", str(folder), str(folder)]
    inner_last = sorted(mounts, key=lambda place: place.count("/"))
    arguments = [word for place in inner_last for word in mounts[place]]
    system = ["--proc", "/proc", "--dev", "/dev", "--bind", str(folder), "/dev/shm"]
    # What lies in memory stays empty: files there would take the computer's, and nobody counts them.
    empty = [word for place in (*hidden, "/dev", "/") for word in ("--remount-ro", place)]
    start = ["--chdir", str(folder), "--unsetenv", PARENT]
    return ["bwrap", *ISOLATED, *arguments, *system, *empty, *start]


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
        "TMPDIR": str(folder),
        "MPLCONFIGDIR": str(folder / ".matplotlib"),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PIP_NO_INDEX": "1",  # a setup cell that would install something gives up at once
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TQDM_DISABLE": "1",
        "HPCOURSE_KEEP_PROGRESS": "no",
    }


class Kernel(AsyncKernelManager):
    """A kernel of this very Python that talks over files in its `folder`, fenced or not."""

    folder = Unicode()
    course = Unicode()
    fenced = Bool(True)

    def __init__(self, folder, course, fenced, **settings):
        super().__init__(**settings)
        self.folder, self.course, self.fenced = str(folder), str(course), fenced
        self.transport, self.ip = "ipc", str(folder / ".k")
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
        return fence(Path(self.folder), Path(self.course)) + command if self.fenced else command

    async def _async_start_kernel(self, **settings):
        env = environment(Path(self.folder))
        with open(self.said, "wb") as log:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": log, "cwd": self.folder, "env": env}
            await super()._async_start_kernel(**{**settings, **quiet})

    start_kernel = _async_start_kernel
