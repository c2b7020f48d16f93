"""The kernel a notebook runs on: this very interpreter, talking over files, with nothing of the user's own set-up."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import default

from cxlab.reports.forked import ForkedKernel, ForkedProvisioner
from cxlab.reports.limits import Limits, Watch
from cxlab.reports.pool import ENVIRONMENT
from cxlab.temporary import HeldFolder, sweep

_LOOK_SECONDS = 0.005
_LONGEST_SOCKET = 80  # a socket's path may have about 104 characters


class QuickClient(AsyncKernelClient):
    """Takes a kernel for ready when it answers; jupyter's own then waits a fifth of a second for silence.

    What a kernel still sends then belongs to no cell, and is passed over by nbclient.
    """

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        until = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            self.kernel_info()
            with suppress(Empty):
                answer = await self.shell_channel.get_msg(timeout=1)
                if answer["msg_type"] == "kernel_info_reply":
                    await self.iopub_channel.get_msg(timeout=1)  # it is heard on both channels
                    self._handle_kernel_info_reply(answer)
                    return
            if not await self._async_is_alive():
                raise RuntimeError("the kernel ended before it answered")
            if time.monotonic() > until:
                raise RuntimeError(f"the kernel did not answer within {timeout} s")

    wait_for_ready = _async_wait_for_ready


class OwnKernelManager(AsyncKernelManager):
    """Start ipykernel on `sys.executable`, whatever kernels are installed.

    Sockets are files where the system has them: kernels that start side by side cannot take each other's port.

    Attributes
    ----------
    forked : a process that waits to become the kernel; None: a new one is started.
    watch : looks at the kernel's process.
    """

    forked: ForkedKernel | None = None
    watch = Watch(Limits())

    def __init__(self, **kwargs: Any) -> None:
        sweep()
        self._held = HeldFolder()
        self._home = str(self._held.path)
        if os.name == "posix" and len(self._home) < _LONGEST_SOCKET:
            kwargs.setdefault("transport", "ipc")
        kwargs.setdefault("connection_file", str(Path(self._home) / "kernel.json"))
        super().__init__(**kwargs)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The only kernel there is."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python")

    async def _async_pre_start_kernel(self, **kw: Any) -> tuple[list[str], dict[str, Any]]:
        kw.setdefault("stderr", subprocess.DEVNULL)  # the kernel's own log; what a cell says is in its outputs
        kw["env"] = {**os.environ, **ENVIRONMENT, "IPYTHONDIR": self._home, **(kw.get("env") or {})}
        if self.forked is not None:
            self.provisioner = ForkedProvisioner(kernel_id="forked", kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.forked = self.forked
        command, kw = await super()._async_pre_start_kernel(**kw)
        return list(command), kw

    @default("client_factory")
    def _quick_client(self) -> type[QuickClient]:
        return QuickClient

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kw)
        assert isinstance(self.provisioner, LocalProvisioner)
        assert self.provisioner.pid is not None
        self.watch.follow(self.provisioner.pid)
        # Whoever knocks before the kernel's sockets are there knocks again a tenth of a second later.
        sockets = [Path(f"{self.ip}-{port}") for port in self.ports] if self.transport == "ipc" else []
        while not all(socket.exists() for socket in sockets) and await self.provisioner.poll() is None:
            await asyncio.sleep(_LOOK_SECONDS)

    async def _async_wait(self, pollinterval: float = _LOOK_SECONDS) -> None:
        await super()._async_wait(min(pollinterval, _LOOK_SECONDS))

    def cleanup_connection_file(self) -> None:
        """Remove the kernel's files with its folder."""
        super().cleanup_connection_file()
        self._held.remove()


def manager_of(forked: ForkedKernel | None, watch: Watch | None = None) -> type[OwnKernelManager]:
    """Return what starts the kernel of one notebook.

    Parameters
    ----------
    forked : the process that waits to become it; None: a new one is started.
    watch : looks at its process; None: nobody does.
    """
    return type("KernelManager", (OwnKernelManager,), {"forked": forked, "watch": watch or Watch(Limits())})
