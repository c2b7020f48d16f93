"""pyproject.toml, requirements.lock and environment.yml name the same packages and agree on versions."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCK_OF_SPARK = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")
LOCKS = LOCK + LOCK_OF_SPARK
SPARK = "pyspark"
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def declared() -> dict[str, Requirement]:
    """Every requirement of the package and its extras, by name."""
    texts = [*PROJECT["dependencies"], *(r for extra in PROJECT["optional-dependencies"].values() for r in extra)]
    return {canonicalize_name(r.name): r for r in map(Requirement, texts)}


def locked() -> dict[str, list[Version]]:
    """The locked versions of each package; several where they differ by Python version."""
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCKS, flags=re.M):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


def conda() -> dict[str, Requirement]:
    """The requirements of environment.yml, conda's and pip's, by name."""
    plain = [d for d in CONDA["dependencies"] if isinstance(d, str)]
    pip = [r for d in CONDA["dependencies"] if isinstance(d, dict) for r in d["pip"]]
    renamed = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb", "python-tzdata": "tzdata"}
    requirements = (Requirement(re.sub(r"(?<![=<>!~])=(?!=)", "==", text)) for text in [*plain, *pip])
    return {canonicalize_name(renamed.get(r.name, r.name)): r for r in requirements if not r.name.startswith("-")}


def test_every_declared_package_is_locked_at_a_version_in_its_range() -> None:
    versions = locked()
    for name, requirement in declared().items():
        assert name in versions, f"{name} is not in requirements.lock: run make lock"
        assert all(requirement.specifier.contains(v) for v in versions[name]), (name, versions[name])


def test_every_locked_file_has_a_hash_and_no_index_stands_in_the_lock() -> None:
    for block in re.split(r"^(?=[\w.-]+==)", LOCKS, flags=re.M)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]
    assert "://" not in LOCKS


def test_conda_users_get_the_same_packages_and_ranges() -> None:
    ours, theirs = declared(), conda()
    missing = set(ours) - set(theirs) - {SPARK}  # four hundred megabytes that few need
    extra = set(theirs) - set(ours) - {"python", "pip"}
    assert not missing, f"environment.yml lacks {sorted(missing)}"
    assert not extra, f"environment.yml names {sorted(extra)}, which pyproject.toml does not"
    differing = {name for name in ours if name != SPARK and ours[name].specifier != theirs[name].specifier}
    assert not differing, f"environment.yml and pyproject.toml give other ranges for {sorted(differing)}"
    assert str(theirs["python"].specifier) == PROJECT["requires-python"]


def test_spark_is_locked_beside_the_others_and_changes_none_of_them() -> None:
    named = re.findall(r"^([\w.-]+)==", LOCK_OF_SPARK, flags=re.M)
    assert SPARK in named
    assert not set(named) & set(re.findall(r"^([\w.-]+)==", LOCK, flags=re.M))


def test_environment_yml_says_that_it_was_not_solved_here() -> None:
    assert "not been solved" in (ROOT / "environment.yml").read_text(encoding="utf-8").replace("\n# ", " ")
