"""The example for Spark, on a Spark of this machine. It needs pyspark and Java, and is not run where they are not there."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

import wattroute

sql = pytest.importorskip("pyspark.sql")

EXAMPLE = Path(__file__).parents[1] / "clusters" / "spark.py"


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_the_bytes_are_those_of_one_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    spec = importlib.util.spec_from_file_location("spark_example", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    trace = wattroute.synth("ipw-routing", queries=20_000, out=tmp_path / "trace")
    settings = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.local.dir": str(tmp_path)}
    builder = sql.SparkSession.builder.master("local[2]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    try:
        result = example.replay(spark, trace, ["oracle", "random"], 5, seed=2)
    finally:
        spark.stop()
    assert result.json == trace.replay(["oracle", "random"], seed=2).json
