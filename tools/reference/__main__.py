"""Write the reference, and say which of its pages changed."""

from tools.reference import ROOT, write

for file in write():
    print(file.relative_to(ROOT).as_posix())  # noqa: T201
