"""Kernels that talk over files. Two that start in the same moment may be given the same free port; then one
dies, or never answers.

`pytest -p tools.kernels --nbval ...` runs notebooks with them.
"""

import tempfile
from pathlib import Path

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager, KernelManager
from traitlets import Type

from hpcourse.instructor.sandbox import ShellChannel


class OverFiles(KernelManager):
    """A kernel whose sockets lie in a folder of its own."""

    def __init__(self, **settings):
        self.folder = tempfile.TemporaryDirectory(prefix="hpcourse-")
        super().__init__(transport="ipc", ip=str(Path(self.folder.name) / "kernel"), **settings)


class Client(AsyncKernelClient):
    """What nbclient talks to a kernel with."""

    shell_channel_class = Type(ShellChannel)


class AsyncOverFiles(OverFiles, AsyncKernelManager):
    """The same for who waits with `await`, as nbclient does."""

    client_factory = Type(Client)


def pytest_configure():
    """nbval, too, starts its kernels this way."""
    import nbval.kernel

    nbval.kernel.KernelManager = OverFiles
