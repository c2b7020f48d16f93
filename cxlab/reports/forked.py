"""Kernels forked from a process that has imported everything: they are there at once, and share its memory."""

import contextlib
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any, Self

import psutil
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

Launch = tuple[str, dict[str, str], str]
"""What a kernel is told: its connection file, its environment, and the folder to work in."""


class ForkedKernel:
    """A process that waits to be told to become a kernel; it ends with the process that started it.

    Parameters
    ----------
    context : of multiprocessing, to start it with. `fork` only in a process that has no other thread yet, which is the
        quickest; a fork server otherwise.

    Notes
    -----
    It has the methods of `subprocess.Popen` that jupyter_client asks of a kernel's process.
    """

    stdin = stdout = stderr = None

    def __init__(self, context: Any) -> None:
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there, self._pipe))
        self._process.start()
        there.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it, also where it was never told to become a kernel."""
        if self.poll() is None:
            self.kill()
            self._process.join()

    @property
    def pid(self) -> int:
        """Of the process."""
        return int(self._process.pid)

    def launch(self, file: str, environment: dict[str, str], folder: str) -> None:
        """Let it become a kernel that listens where its connection file says."""
        self._pipe.send((file, environment, folder))

    def poll(self) -> int | None:
        """Return its exit code; None while it lives."""
        code = self._process.exitcode
        return None if code is None else int(code)

    def wait(self) -> int | None:
        """Wait for its end, and return its exit code."""
        self._process.join()
        self._pipe.close()
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):
    """Gives a kernel manager the process that waits instead of a new one."""

    forked: ForkedKernel

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Tell the process to become the kernel; the command is that of a plain one, and is not used."""
        assert self.parent is not None
        self.forked.launch(self.parent.connection_file, kwargs["env"], str(kwargs.get("cwd") or Path.cwd()))
        self.process: Any = self.forked
        self.pid = self.pgid = self.forked.pid
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end of a process that was told to end: in a moment, and not by looking now and then."""
        code = self.forked.wait()
        self.process = None
        return code


def end_with_parent() -> None:
    """End this process, and those that it started, when the process that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_outlive_not, args=(parent,), daemon=True).start()


def _outlive_not(parent: Any) -> None:
    parent.join()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
    os._exit(1)


def _serve(pipe: Connection, others: Connection) -> None:
    """Wait to be told, then be a kernel until the end."""
    others.close()  # else the pipe would stay open when its other end is gone
    os.setsid()  # an interrupt from the terminal is for the run, not for kernels
    end_with_parent()
    with contextlib.suppress(EOFError):
        launch: Launch = pipe.recv()
        _become_kernel(*launch)


def _become_kernel(file: str, environment: dict[str, str], folder: str) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for own in (1, 2):  # what it says of itself; what a cell says is in its outputs
        os.dup2(nowhere, own)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    from ipykernel.kernelapp import IPKernelApp

    kernel = IPKernelApp.instance()
    kernel.initialize(["-f", file])  # type: ignore[no-untyped-call]
    kernel.start()  # type: ignore[no-untyped-call]
