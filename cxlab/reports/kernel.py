"""The kernel a notebook runs on: this very interpreter, talking over files, with nothing of the user's own set-up."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger's warning about frozen modules says nothing to a reader
    # One thread a kernel: sums are then added in one order on every machine, and notebooks run beside each other.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_LONGEST_SOCKET = 80  # a socket's path may have about 104 characters


class OwnKernelManager(AsyncKernelManager):
    """Start ipykernel on `sys.executable`, whatever kernels are installed.

    Sockets are files where the system has them: kernels that start side by side cannot take each other's port.
    """

    def __init__(self, **kwargs: Any) -> None:
        self._home = tempfile.mkdtemp(prefix="cxlab-")
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
        command, kw = await super()._async_pre_start_kernel(**kw)
        return list(command), kw

    def cleanup_connection_file(self) -> None:
        """Remove the kernel's files with its folder."""
        super().cleanup_connection_file()
        shutil.rmtree(self._home, ignore_errors=True)
