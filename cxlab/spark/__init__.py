"""The same SQL on a cluster: an engine whose tables of orders, and all that is made of them, lie in Spark.

Nothing here is imported unless a study's `engine:` asks for it.
"""

from cxlab.spark.address import SparkError
from cxlab.spark.engine import SparkEngine
from cxlab.spark.session import open_session

__all__ = ["SparkEngine", "SparkError", "open_session"]
