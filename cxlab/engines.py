"""The engine that a study asks for."""

from cxlab.engine import Engine
from cxlab.study import Study, StudyError

DUCKDB = "duckdb"


def open_engine(study: Study) -> Engine:
    """Open the engine that a study's `engine:` names: DuckDB, embedded, or Spark by its address.

    Raises
    ------
    StudyError : there is no such engine, or it does not answer; what is missing, and what to do.
    """
    if study.engine == DUCKDB:
        return Engine()
    from cxlab.spark.address import SparkError
    from cxlab.spark.session import check_packages

    try:
        check_packages(study.engine)
        from cxlab.spark.engine import SparkEngine

        return SparkEngine(study.engine)
    except SparkError as error:
        raise StudyError(f"{study.place('engine')}: {error}") from error
