"""Opens the HTML pages of runs in headless Chromium, moves what can be moved, and holds every number to report.json.

    python run.py --wattroute PROGRAM [--chromium FILE] [--screenshots FOLDER]
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ACCOUNTS = ("energy", "flops", "cost", "latency")
WORDS = ("energy", "compute", "cost", "time")
PER_QUERY = ("energy_j", "flops", "cost_usd", "latency_s")
HOSTILE = ("</script><img src=x onerror=alert(1)>", "&amp; $x^2$ \"'`| <b>")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--wattroute", default="wattroute", type=str)
    options.add_argument("--chromium", default="/usr/bin/chromium")
    options.add_argument("--screenshots", type=Path)
    args = options.parse_args()
    program = Path(args.wattroute).resolve()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        # As root Chromium has no sandbox; what it opens here is ours.
        browser = playwright.chromium.launch(executable_path=args.chromium, args=["--no-sandbox", "--disable-gpu"])
        runs = Runs(program, Path(folder))
        for name, check in CHECKS.items():
            check(Opener(browser, args.screenshots, name), runs)
            print(f"{name}: as it should be")
        browser.close()


class Runs:
    """Runs and pages, made once."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def wattroute(self, *arguments):
        subprocess.run([self.program, *map(str, arguments), "--quiet"], check=True, cwd=self.folder)

    def run(self, name, *arguments):
        if not (self.folder / name).exists():
            self.wattroute(*arguments, "--out", name)
        return json.loads((self.folder / name / "report.json").read_text())

    def page(self, name, *runs):
        if not (self.folder / name).exists():
            self.wattroute("report", *runs, "--html", name)
        return self.folder / name

    def swept(self):
        """A sweep and a break-even on one page, with their reports."""
        sweep = self.run("sweep", "sweep", "ladder", "--misroute", "cloud,accept,retry", "--accuracy", "0:1:0.05")
        even = self.run("even", "break-even", "ladder")
        return self.page("swept.html", "sweep", "even"), sweep, even


class Opener:
    """Opens pages that must be silent and need nothing."""

    def __init__(self, browser, screenshots, name):
        self.browser, self.screenshots, self.name = browser, screenshots, name

    def open(self, path, width=1280, scheme="light"):
        page = self.browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
        page.on("console", lambda message: fail(f"{path.name} wrote to the console: {message.text}"))
        page.on("pageerror", lambda error: fail(f"{path.name} failed: {error}"))
        page.on("dialog", lambda dialog: fail(f"{path.name} opened a dialog: {dialog.message}"))
        page.on("request", lambda request: request.url.startswith(("data:", "blob:", path.as_uri())) or fail(f"{path.name} asked for {request.url}"))
        page.goto(path.as_uri())
        page.wait_for_function("[...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg'))")
        return page

    def keep(self, page, suffix):
        if self.screenshots:
            self.screenshots.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self.screenshots / f"{self.name.replace(' ', '_')}_{suffix}.png", full_page=True)


def fail(what):
    # An exception in a listener would be swallowed: what it found is raised at the next check.
    FOUND.append(what)


FOUND = []


def same(what, there, here):
    if FOUND:
        raise SystemExit("\n".join(FOUND))
    if there != here:
        raise SystemExit(f"{what}: the page has {there!r}, the report {here!r}")


def percent(fraction, plus="+"):
    size = f"{100 * abs(fraction):.2f}"
    return ("" if size == "0.00" else "−" if fraction < 0 else plus) + size


def figure(value, plus="+"):
    """A figure as tables have it."""
    bounds = [value["low"], value["high"]]
    interval = "" if None in bounds else f" [{', '.join(percent(bound, '') for bound in bounds)}]"
    return f"{percent(value['value'], plus)}%{interval}"


def traces(page, chart):
    """What is drawn, as numbers."""
    return page.evaluate(
        "(id) => document.getElementById(id).data.map(({x, y, z, mode, type, name}) => ({x: x && [...x], y: y && [...y], z, mode, type, name}))", chart
    )


def the_slider(opener, runs):
    path, sweep, _ = runs.swept()
    page = opener.open(path)
    pairs = page.locator("#sweep-pair option").all_inner_texts()
    same("pairs of baseline and fallback", len(pairs), len({curve["fallback"] for curve in sweep["curves"]}) * len(sweep["run"]["baselines"]))
    for place, pair in enumerate(pairs):
        page.select_option("#sweep-pair", str(place))
        baseline, fallback = re.fullmatch(r"(\S+)(?: \(fallback (\S+)\))?", pair).groups()
        for curve in (curve for curve in sweep["curves"] if curve["fallback"] == (fallback or baseline)):
            page.check(f"#sweep-misroute input[value={curve['misroute']}]")
            for index in (0, len(curve["points"]) // 3, len(curve["points"]) - 1):
                page.locator("#sweep-slider").fill(str(index))
                the_point(page, curve["points"][index], baseline)
            the_lines(page, curve, baseline)
    opener.keep(page, "desk")
    pointed_at(page, sweep)


def pointed_at(page, sweep):
    """What the chart says where the mouse is: the words of that point, every line's."""
    page.select_option("#sweep-pair", "0")
    page.check("#sweep-misroute input[value=cloud]")
    page.locator("#sweep-chart").scroll_into_view_if_needed()
    box = page.locator("#sweep-chart .nsewdrag").first.bounding_box()
    # In some steps: a chart answers movements, not a mouse that appears.
    page.mouse.move(box["x"], box["y"])
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.wait_for_selector("#sweep-chart .hoverlayer .legend")
    said = page.locator("#sweep-chart .hoverlayer").text_content()
    # The chart may be a movement behind: what it says is that of the point that it names.
    at = float(re.match(r"[01](\.\d+)?", said)[0])
    baseline = sweep["run"]["baselines"][0]
    curve = next(curve for curve in sweep["curves"] if curve["misroute"] == "cloud" and curve["fallback"] == baseline)
    point = next(point for point in curve["points"] if round(point["router_accuracy"], 9) == at)
    for name, word in zip(ACCOUNTS, WORDS):
        saved = point["savings"][baseline][name]
        if saved:
            same(f"{word} under the mouse", f"{word} saved {figure(saved)}" in said, True)


def the_point(page, point, baseline):
    accuracy = round(point["router_accuracy"], 9)
    same("router accuracy", float(page.inner_text("#sweep-value")), accuracy)
    rows = {cells[0]: cells[1:] for cells in (row.split("\t") for row in page.inner_text("#sweep-table tbody").splitlines()) if cells}
    same("answer accuracy", rows["answer accuracy"][:2], [figure(point["answer_accuracy"], ""), percent(point["expected_answer_accuracy"], "") + "%"])
    saved, expected = point["savings"][baseline], point["expected_savings"][baseline]
    known = [(word, name) for word, name in zip(WORDS, ACCOUNTS) if saved[name]]
    same("accounts", list(rows)[1:], [f"{word} saved" for word, _ in known])
    for word, name in known:
        same(f"{word} saved", rows[f"{word} saved"][:2], [figure(saved[name]), percent(expected[name]) + "%"])
    # A loss is said in words.
    first = saved["energy"]
    if first["value"]:
        amount = percent(abs(first["value"]), "")
        same("the sentence", f"{'saves' if first['value'] > 0 else 'takes'} {amount}%" in page.inner_text("#sweep-sentence"), True)


def the_lines(page, curve, baseline):
    """Every second and third trace of a line: the line and its point; before them the interval."""
    drawn = [trace for trace in traces(page, "sweep-chart") if trace["mode"] == "lines" and len(trace["x"]) == len(curve["points"])]
    known = [name for name in ACCOUNTS if curve["points"][0]["savings"][baseline][name]]
    expected = [[point["expected_savings"][baseline][name] for point in curve["points"]] for name in known]
    expected.append([point["expected_answer_accuracy"] for point in curve["points"]])
    same("lines", [trace["y"] for trace in drawn], expected)


def the_switches(opener, runs):
    path, _, _ = runs.swept()
    page = opener.open(path)
    before = len(traces(page, "sweep-chart"))
    page.uncheck("#sweep-accounts input[value='1']")
    same("lines without compute", len(traces(page, "sweep-chart")), before - 3)
    page.focus("#sweep-slider")
    at = page.inner_text("#sweep-value")
    page.keyboard.press("ArrowLeft")
    same("the slider after an arrow", float(page.inner_text("#sweep-value")), round(float(at) - 0.05, 9))
    page.keyboard.press("Home")
    same("the slider after Home", page.inner_text("#sweep-value"), "0")
    # Everything that can be set is reached by the keyboard and has a name.
    nameless = page.evaluate(
        "[...document.querySelectorAll('input, select, button, summary')].filter((each) => "
        "!(each.labels?.length || each.textContent.trim() || each.getAttribute('aria-label')) || each.tabIndex < 0).length"
    )
    same("controls without a name", nameless, 0)
    same("charts without words", page.locator(".chart:not([aria-label])").count(), 0)
    page.click("#theme")
    page.click("#theme")
    same("the theme", page.evaluate("document.documentElement.dataset.theme"), "dark")


def the_other_charts(opener, runs):
    path, sweep, even = runs.swept()
    page = opener.open(path)
    report_of = {policy["name"]: policy for policy in sweep["policies"]}
    fallback = sweep["run"]["pools"][0]["fallback"]
    dots = traces(page, "quality-chart")[-1]
    drawn = sorted(zip(dots["x"], dots["y"]))
    mine = [policy for policy in sweep["policies"] if policy["fallback"] in (None, fallback)]
    shown = {(policy["per_query"]["energy_j"]["value"], policy["answer_accuracy"]["value"]) for policy in mine}
    alone = {policy["name"].removeprefix("always:endpoint=") for policy in mine if policy["kind"] == "always"}
    shown |= {(entry["per_query"]["energy_j"], entry["answer_accuracy"]) for entry in sweep["run"]["endpoints"] if entry["id"] not in alone}
    same("points of quality", drawn, sorted(shown))
    # By policy, and by category of the first policy.
    bars = traces(page, "shares-chart")
    names = [policy for policy in report_of if report_of[policy]["fallback"] in (None, fallback)]
    for bar in bars:
        same(f"share of {bar['name']}", bar["x"], [report_of[name]["share"].get(bar["name"], 0) for name in names])
    page.check("#shares-by input[value=groups]")
    groups = sorted(sweep["policies"][0]["groups"], key=lambda group: -group["queries"])
    for bar in traces(page, "shares-chart"):
        same(f"share of {bar['name']} by category", bar["x"], [group["share"].get(bar["name"], 0) for group in groups])
    opener.keep(page, "categories")
    # The map of each section under each rule.
    for place, section in enumerate(even["break_even"]["sections"]):
        page.select_option("#map-section", str(place))
        for misroute in section["map"]["misroutes"]:
            page.check(f"#map-misroute input[value={misroute['misroute']}]")
            heat, zero, _ = traces(page, "map-chart")
            same("the map", heat["z"], misroute["savings"])
            same("its zero line", [list(at) for at in zip(zero["x"], zero["y"])], misroute["zero"])


def phone_dark_and_paper(opener, runs):
    path, _, _ = runs.swept()
    for width, scheme in ((390, "light"), (390, "dark"), (1280, "dark")):
        page = opener.open(path, width, scheme)
        same(f"width on a screen of {width}", page.evaluate("document.documentElement.scrollWidth"), width)
        opener.keep(page, f"{width}_{scheme}")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    same("closed sections on paper", page.locator("#tables details:not([open])").count(), 0)
    page.emulate_media(media="print")
    printed = page.pdf(format="A4", margin={side: "12mm" for side in ("top", "right", "bottom", "left")})
    same("a printed page", printed[:5], b"%PDF-")
    if opener.screenshots:
        (opener.screenshots / "printed.pdf").write_bytes(printed)


def other_runs(opener, runs):
    for name, arguments in {
        "compare": ("compare", "toy"),
        "day": ("day", "toy", "--arrivals-total", "1000"),
        "study": ("study", "toy"),
        "replay": ("replay", "toy", "--policy", "oracle"),
    }.items():
        report = runs.run(name, *arguments)
        page = opener.open(runs.page(f"{name}.html", name))
        same("the command", f"wattroute {' '.join(report['manifest']['arguments'])}" in page.inner_text("#tables"), True)
        broken = page.evaluate("[...document.images].filter((image) => !image.complete || !image.naturalWidth).length")
        same("broken pictures", broken, 0)
        opener.keep(page, name)


def several_runs(opener, runs):
    """Charts have the policies of every run, and say of which."""
    sweep = runs.run("sweep", "sweep", "ladder", "--misroute", "cloud,accept,retry", "--accuracy", "0:1:0.05")
    replay = runs.run("routed", "replay", "ladder", "--policy", "random", "--baseline", sweep["run"]["baselines"][0])
    page = opener.open(runs.page("several.html", "sweep", "routed"))
    for chart in ("quality", "shares"):
        choices = page.locator(f"#{chart}-pool option").all_inner_texts()
        fallbacks = [f"fallback {pool['fallback']} (sweep)" for pool in sweep["run"]["pools"]]
        same(f"runs of {chart}", choices, [*fallbacks, "replay"])
        page.select_option(f"#{chart}-pool", label="replay")
    names = [policy for policy in replay["policies"]]
    for bar in traces(page, "shares-chart"):
        same(f"share of {bar['name']} in the second run", bar["x"], [policy["share"].get(bar["name"], 0) for policy in names])
    drawn = traces(page, "quality-chart")[-1]
    random = next(policy for policy in replay["policies"] if policy["name"] == "random")
    point = (random["per_query"]["energy_j"]["value"], random["answer_accuracy"]["value"])
    same("the second run's policy", point in zip(drawn["x"], drawn["y"]), True)
    # One run with curves needs no name.
    same("curves", [pair for pair in page.locator("#sweep-pair option").all_inner_texts() if "(sweep)" in pair], [])
    opener.keep(page, "several")


def hostile_names(opener, runs):
    quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE]
    rows = "".join(f"q{query},{model},{score},{joules},{quoted[query % 3 > 1]}\n" for query in range(12) for model, score, joules in (("small", query % 2, 1), ("large", 1, 9)))
    (runs.folder / "hostile.csv").write_text("question,model,right,joules,kind\n" + rows)
    (runs.folder / "hostile.toml").write_text(
        'layout = "long"\ncolumns = { id = "question", model = "model", category = "kind" }\n[metrics]\nscore = { column = "right" }\n'
        'energy_j = { column = "joules", unit = "J" }\n[[endpoint]]\nmodel = "small"\ntier = "local"\n[[endpoint]]\nmodel = "large"\ntier = "cloud"\n'
    )
    runs.wattroute("import", "table", "hostile.csv", "--map", "hostile.toml", "--out", "hostile-trace")
    report = runs.run("hostile-run", "sweep", "hostile-trace", "--objective", "energy", "--accuracy", "0:1:0.5", "--misroute", "accept")
    names = tuple(group["category"] for group in sorted(report["policies"][0]["groups"], key=lambda group: -group["queries"]))
    same("the names in the report", names, HOSTILE)
    page = opener.open(runs.page("hostile.html", "hostile-run"))
    page.check("#shares-by input[value=groups]")
    drawn = page.locator("#shares-chart .ytick text").all_text_contents()
    same("the names in a chart", sorted(drawn), sorted([f"{HOSTILE[0]} (8)", f"{HOSTILE[1]} (4)"]))
    page.click("#open-all")
    tables = page.inner_text("#tables")
    # A backtick in a name is written as another quotation mark in tables.
    same("the names in a table", [name.replace("`", "'") in tables for name in HOSTILE], [True, True])
    same("pictures that a name made", page.locator("img[src=x]").count(), 0)
    opener.keep(page, "names")


CHECKS = {
    "the slider": the_slider,
    "switches and keys": the_switches,
    "other charts": the_other_charts,
    "phone, dark and paper": phone_dark_and_paper,
    "other runs": other_runs,
    "several runs": several_runs,
    "hostile names": hostile_names,
}

if __name__ == "__main__":
    main()
