"""The examples in the docstrings of the verbs, which tests run."""

EXAMPLES = {
    "inspect": """
>>> import wattroute
>>> inspection = wattroute.open("toy").inspect()
>>> inspection.to_dict()["queries"]
12
>>> inspection.to_polars("endpoints")["model"].to_list()
['small', 'medium', 'large', 'tiny']
""",
    "check": """
>>> import wattroute
>>> wattroute.open("toy").check().to_dict()["fault_count"]
0
""",
    "study": """
>>> import wattroute
>>> wattroute.open("ladder").study(only="coverage").to_dict()["study"]["coverage"] is None
False
""",
    "replay": """
>>> import wattroute
>>> result = wattroute.open("toy").replay(["oracle", "random"], objective="energy")
>>> for policy in result.to_dict()["policies"]:
...     saved = policy["savings"]["large@server"]["energy"]["value"]
...     print(f"{policy['name']}: {saved:.1%} of the energy")
oracle: 52.8% of the energy
random: 41.6% of the energy
always:endpoint=large@server: 0.0% of the energy
""",
    "merge": """
>>> import pathlib, tempfile, wattroute
>>> trace = wattroute.synth("ipw-routing", queries=8000)
>>> with tempfile.TemporaryDirectory() as folder:
...     files = [pathlib.Path(folder) / name for name in ("a.tally", "b.tally")]
...     for file, rows in zip(files, ["..4096", "4096.."]):
...         _ = trace.replay("oracle", rows=rows, tally=file)
...     result = wattroute.merge(files)
>>> result.to_dict() == trace.replay("oracle").to_dict()
True
""",
    "compare": """
>>> import wattroute
>>> result = wattroute.open("toy").compare(["oracle", "random"])
>>> result.tables["compare"].columns[:2]
['rank', 'policy']
""",
    "sweep": """
>>> import wattroute
>>> result = wattroute.open("ladder").sweep(misroute=["cloud", "retry"], accuracy=[0, 0.5, 1])
>>> len(result.to_dict()["curves"][0]["points"])
3
""",
    "break-even": """
>>> import wattroute
>>> result = wattroute.open("ladder").break_even(router_accuracy=0.7)
>>> result.to_dict()["break_even"] is None
False
""",
    "day": """
>>> import wattroute
>>> day = wattroute.open("toy").day("oracle", arrivals_total=1000, carbon={"local": 20, "cloud": 400})
>>> day.to_dict()["day"]["arrivals"]
1000
""",
    "train": """
>>> import tempfile, wattroute
>>> with tempfile.TemporaryDirectory() as folder:
...     trained = wattroute.open("ladder").train(router="logistic", out=f"{folder}/router.json", share=0.5)
>>> trained.to_dict()["kind"]
'logistic'
""",
    "enrich": """
>>> import wattroute
>>> priced = wattroute.open("toy").enrich(electricity=0.20)
>>> priced.made.to_dict()["filled"]
[]
""",
    "import": """
>>> import polars, wattroute
>>> answers = polars.DataFrame({
...     "question": ["q1", "q1", "q2", "q2"],
...     "model": ["small", "large", "small", "large"],
...     "right": [True, True, False, True],
...     "joules": [12.0, 150.0, 14.0, 160.0],
... })
>>> trace = wattroute.import_("table", answers, map={
...     "layout": "long",
...     "columns": {"id": "question", "model": "model"},
...     "metrics": {"score": {"column": "right"}, "energy_j": {"column": "joules", "unit": "J"}},
...     "endpoint": [{"model": "small", "tier": "local"}, {"model": "large", "tier": "cloud"}],
... })
>>> trace.inspect().to_dict()["queries"]
2
""",
    "synth": """
>>> import wattroute
>>> trace = wattroute.synth("ipw-routing", queries=2000, seed=7)
>>> trace.inspect().to_dict()["queries"]
2000
""",
    "reproduce": """
>>> import tempfile, wattroute
>>> with tempfile.TemporaryDirectory() as folder:
...     result = wattroute.reproduce(
...         scenario="paper", queries=20_000, arrivals=100_000,
...         cache=f"{folder}/cache", out=f"{folder}/run", figures=f"{folder}/figures",
...     )
>>> result.to_dict()["reproduction"]["scenarios"][0]["name"]
'paper'
""",
    "report": """
>>> import tempfile, wattroute
>>> with tempfile.TemporaryDirectory() as folder:
...     _ = wattroute.open("toy").replay("oracle", out=f"{folder}/run")
...     again = wattroute.report(f"{folder}/run")
>>> again.to_dict()["manifest"]["verb"]
'replay'
""",
    "figures": """
>>> import tempfile, wattroute
>>> with tempfile.TemporaryDirectory() as folder:
...     _ = wattroute.open("ladder").sweep(out=f"{folder}/run")
...     drawn = wattroute.figures(f"{folder}/run", out=f"{folder}/figures", format="pdf", columns=1)
>>> sorted(file.name for file in drawn.files)
['quality_cost.pdf', 'savings_curves.pdf']
""",
    "policies": """
>>> import wattroute
>>> wattroute.policies("oracle").to_dict()["name"]
'oracle'
""",
    "formats": """
>>> import wattroute
>>> wattroute.formats("table").to_dict()["title"]
'any long or wide table, by a mapping file (--map)'
""",
    "measures": """
>>> import wattroute
>>> wattroute.measures("apgr").to_dict()["name"]
'apgr'
""",
}
