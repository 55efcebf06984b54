// Draws the page's charts from its model and moves them. No figure is worked out and none is formatted
// here: every number of the model comes with its words.
"use strict";
(() => {
  const model = JSON.parse(document.getElementById("model").textContent);
  const DASHES = ["solid", "dash", "dashdot", "dot"];
  const EDGES = ["solid", "dashed", "double", "dotted"];
  const RULES = {
    cloud: "goes to the fallback (cloud)",
    accept: "keeps a local answer (accept)",
    verify: "tries locally, passes on what is wrong (verify)",
    retry: "tries locally, then the fallback (retry)",
    uniform: "goes to any endpoint (uniform)",
  };
  const byId = (id) => document.getElementById(id);
  const charts = [];
  // Pixels of a page of paper between its margins, while it is printed: charts do not see its width themselves.
  const PAPER = 650;
  let printing = false;

  // What a name may hold is text to the charts, not markup.
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const shorten = (text, most) => (text.length <= most ? text : `${text.slice(0, Math.ceil(most / 2))}…${text.slice(-Math.floor(most / 2) + 1)}`);
  const unique = (values) => [...new Set(values)];
  const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const isNarrow = () => !printing && window.matchMedia("(max-width: 40rem)").matches;
  const faded = (hex, alpha) => `rgba(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(",")},${alpha})`;

  function element(tag, attributes = {}, children = []) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "text") made.textContent = value;
      else if (name === "checked") made.checked = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  // One of several, or several: inputs that a keyboard reaches and a screen reader names.
  function choices(fieldset, type, options, changed) {
    fieldset.querySelectorAll("label").forEach((label) => label.remove());
    for (const { value, text, checked, color, edge } of options) {
      const input = element("input", { type, name: fieldset.id, value, checked });
      input.addEventListener("change", changed);
      const key = color ? [element("span", { class: "key", style: `--ink:${color};border-top-style:${edge}` })] : [];
      fieldset.append(element("label", {}, [input, ...key, text]));
    }
    fieldset.hidden = type === "radio" && options.length < 2;
  }
  const chosen = (fieldset) => [...fieldset.querySelectorAll("input:checked")].map((input) => input.value);

  // What there may be several of, with the run where there are several of those.
  const titled = (name, run) => [name, run && (name ? `(${run})` : run)].filter(Boolean).join(" ");

  function options(select, texts, changed) {
    select.replaceChildren(...texts.map((text, index) => element("option", { value: String(index), text })));
    select.addEventListener("change", changed);
    (select.closest("label") ?? select).hidden = texts.length < 2;
  }

  function axis(title, more = {}) {
    return {
      title: { text: title, standoff: 8 },
      gridcolor: ink("grid"),
      linecolor: ink("line"),
      zerolinecolor: ink("zero"),
      zerolinewidth: 1.5,
      fixedrange: true,
      automargin: true,
      ...more,
    };
  }

  function layout(more) {
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: isNarrow() ? 12 : 13, color: ink("text") },
      margin: { l: 60, r: 16, t: 16, b: 48 },
      hoverlabel: { bgcolor: ink("card"), bordercolor: ink("line"), font: { color: ink("text") }, align: "left", namelength: -1 },
      dragmode: false,
      showlegend: false,
      ...(printing ? { autosize: false, width: PAPER } : { autosize: true, width: undefined }),
      ...more,
    };
  }

  function show(id, traces, details, label) {
    const target = byId(id);
    target.setAttribute("role", "img");
    target.setAttribute("aria-label", label);
    return Plotly.react(target, traces, layout(details), { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false });
  }

  // What router accuracy buys.
  function sweep() {
    const pairs = unique(model.curves.map((curve) => curve.pair));
    const [pair, rules, accounts, slider] = ["sweep-pair", "sweep-misroute", "sweep-accounts", "sweep-slider"].map(byId);
    let curve = model.curves[0];

    const known = (of) => model.accounts.map((_, account) => account).filter((account) => of.saved[account].some((value) => value));
    const nearest = (of, wish) => of.router_accuracy.reduce((best, at, index, all) => (Math.abs(at - wish) < Math.abs(all[best] - wish) ? index : best), 0);

    function choosePair() {
      const of = model.curves.filter((each) => each.pair === pairs[pair.value || 0]);
      const before = chosen(rules)[0];
      const rule = of.find((each) => each.misroute === before) ?? of[0];
      choices(rules, "radio", of.map((each) => ({ value: each.misroute, text: RULES[each.misroute] ?? each.misroute, checked: each === rule })), chooseCurve);
      chooseCurve();
    }

    function chooseCurve() {
      const wish = Number(slider.dataset.accuracy ?? 0.8);
      const shown = chosen(accounts);
      curve = model.curves.find((each) => each.pair === pairs[pair.value || 0] && each.misroute === (chosen(rules)[0] ?? each.misroute));
      const option = (account) => ({
        value: String(account),
        text: model.accounts[account],
        checked: shown.length ? shown.includes(String(account)) : true,
        color: model.inks.accounts[account],
        edge: EDGES[account],
      });
      choices(accounts, "checkbox", known(curve).map(option), draw);
      slider.max = String(curve.router_accuracy.length - 1);
      slider.value = String(nearest(curve, wish));
      draw();
    }

    function lines() {
      const traces = [];
      const at = Number(slider.value);
      const x = curve.router_accuracy;
      const line = (values, simulated, text, color, dash, yaxis) => {
        const bounded = simulated.map((value, index) => ({ value, x: x[index] })).filter(({ value }) => value && value.low !== null && value.high !== null);
        traces.push({
          x: [...bounded.map((each) => each.x), ...bounded.map((each) => each.x).reverse()],
          y: [...bounded.map((each) => each.value.high), ...bounded.map((each) => each.value.low).reverse()],
          fill: "toself", fillcolor: faded(color, 0.2), line: { width: 0 }, hoverinfo: "skip", mode: "lines", yaxis,
        });
        traces.push({ x, y: values, text, line: { color, dash, width: 2.2 }, mode: "lines", hovertemplate: "%{text}<extra></extra>", yaxis });
        traces.push({ x: [x[at]], y: [values[at]], marker: { color, size: 9 }, mode: "markers", hoverinfo: "skip", yaxis });
      };
      for (const account of chosen(accounts).map(Number)) {
        const simulated = curve.saved[account];
        const values = curve.expected[account].map((value, index) => value ?? simulated[index]?.value ?? null);
        const text = simulated.map((value) => `${model.accounts[account]} saved ${value?.text ?? "not known"}`);
        line(values, simulated, text, model.inks.accounts[account], DASHES[account], "y");
      }
      const answers = curve.expected_answers.map((value, index) => value ?? curve.answers[index]?.value ?? null);
      line(answers, curve.answers, curve.answers.map((value) => `answer accuracy ${value?.text ?? "not known"}`), model.inks.answers, "solid", "y2");
      return traces;
    }

    function draw() {
      const at = Number(slider.value);
      const reading = curve.readings[at];
      slider.dataset.accuracy = String(curve.router_accuracy[at]);
      slider.setAttribute("aria-valuetext", reading.router_accuracy);
      byId("sweep-value").textContent = reading.router_accuracy;
      byId("sweep-sentence").textContent = reading.sentence.replaceAll("`", "");
      byId("sweep-router").textContent = reading.router;
      table(reading);
      const own = curve.reference;
      const marks = [{ type: "line", xref: "x", yref: "paper", x0: curve.router_accuracy[at], x1: curve.router_accuracy[at], y0: 0, y1: 1, line: { color: ink("soft"), width: 1 } }];
      if (own !== null) marks.push({ type: "line", xref: "paper", yref: "y2", x0: 0, x1: 1, y0: own, y1: own, line: { color: ink("soft"), width: 1.5, dash: "dot" } });
      const note = own === null ? [] : [{ xref: "paper", yref: "y2", x: 1, y: own, text: "baseline", showarrow: false, xanchor: "right", yanchor: "bottom", font: { size: 11, color: ink("soft") } }];
      show("sweep-chart", lines(), {
        hovermode: "x unified",
        shapes: marks,
        annotations: note,
        xaxis: axis("router accuracy (nominal)", { anchor: "y2", zeroline: false, hoverformat: "~g" }),
        yaxis: axis("saved", { domain: [0.38, 1], tickformat: ".0%" }),
        yaxis2: axis("answer accuracy", { domain: [0, 0.3], tickformat: ".0%", zeroline: false, nticks: 5 }),
      }, `Savings and answer accuracy over router accuracy. ${reading.sentence}`);
    }

    function table(reading) {
      const row = (cells, kind = "td") => element("tr", {}, cells.map((text, index) => element(index ? kind : "th", index ? {} : { scope: "row" }, [text])));
      const head = element("tr", {}, ["", "simulated", "expected", "taken a query", "taken a right answer"].map((text) => element("th", { scope: "col", text })));
      const rows = known(curve).map((account) => row([`${model.accounts[account]} saved`, ...reading.accounts[account] ?? []]));
      byId("sweep-table").replaceChildren(
        element("caption", { text: `At router accuracy ${reading.router_accuracy}` }),
        element("thead", {}, [head]),
        element("tbody", {}, [row(["answer accuracy", reading.answers, reading.expected_answers, "", ""]), ...rows]),
      );
    }

    options(pair, pairs, choosePair);
    slider.addEventListener("input", draw);
    choosePair();
    byId("sweep-chart").on("plotly_click", ({ points: [point] }) => {
      slider.value = String(nearest(curve, point.x));
      draw();
    });
    charts.push(draw);
  }

  // Quality against what it takes.
  function quality() {
    const [pool, account, log] = ["quality-pool", "quality-account", "quality-log"].map(byId);
    const SYMBOLS = { endpoint: "square", policy: "circle", hindsight: "diamond-open" };
    const UNITS = ["J", "FLOP", "USD", "s"];
    const WORDS = { endpoint: "always this endpoint", policy: "policy", hindsight: "sees outcomes in advance: a bound" };
    const view = () => model.quality[pool.value || 0];

    function choosePool() {
      const before = chosen(account)[0];
      const panels = view().panels;
      const first = panels.find((panel) => String(panel.account) === before) ?? panels[0];
      choices(account, "radio", panels.map((panel) => ({ value: String(panel.account), text: model.accounts[panel.account], checked: panel === first })), chooseAccount);
      chooseAccount();
    }

    function chooseAccount() {
      const takes = panel().dots.map((dot) => dot.takes.value).filter((value) => value > 0);
      log.checked = Math.max(...takes) > 20 * Math.min(...takes);
      draw();
    }
    // Shares of the axes, between the least and the most of the points.
    const scaled = (takes) => (log.checked ? Math.log10(takes) : takes);
    function placed(dots) {
      const range = (values) => (value) => (value - Math.min(...values)) / (Math.max(...values) - Math.min(...values) || 1);
      const [x, y] = [range(dots.map((dot) => scaled(dot.takes.value))), range(dots.map((dot) => dot.answers.value))];
      return (takes, answers) => ({ x: x(scaled(takes)), y: y(answers) });
    }

    function isClear(dots, takes, answers) {
      const place = placed(dots);
      const here = place(takes, answers);
      return dots.map((dot) => place(dot.takes.value, dot.answers.value)).every(({ x, y }) => Math.abs(x - here.x) > 0.14 || Math.abs(y - here.y) > 0.09);
    }

    // The points that there is room to name, those on the front first; the others are named when pointed at.
    function labelled(dots) {
      const place = placed(dots);
      const at = dots.map((dot) => ({ dot, ...place(dot.takes.value, dot.answers.value) }));
      const rank = ({ dot }) => (dot.on_front ? 0 : dot.role === "endpoint" ? 1 : 2);
      const [wide, high] = [0.17, 0.06];
      const kept = [];
      for (const next of [...at].sort((a, b) => rank(a) - rank(b))) {
        const free = kept.every((other) => Math.abs(other.x - next.x) > wide || Math.abs(other.y - next.y) > high);
        // Nor may a name lie on another point, which is below it.
        const clear = at.every((other) => other === next || Math.abs(other.x - next.x) > wide / 2 || other.y < next.y || other.y - next.y > high);
        if (free && clear) kept.push(next);
      }
      return new Set(kept.map(({ dot }) => dot));
    }

    const panel = () => view().panels.find((each) => String(each.account) === chosen(account)[0]) ?? view().panels[0];

    function draw() {
      const { dots, paths, account: at } = panel();
      const dashes = ["solid", "dash", "dashdot", "dot", "longdash"];
      const traces = paths.map((path, index) => ({
        x: path.takes, y: path.answers, text: path.texts.map((text) => `misroute ${plain(path.name)}<br>${plain(text)}`),
        mode: "lines", line: { color: ink("soft"), width: 1.5, dash: dashes[index % 5] }, hovertemplate: "%{text}<extra></extra>",
      }));
      const labels = paths.map((path) => {
        const places = [0.3, 0.5, 0.15, 0.7].map((share) => Math.floor(share * (path.takes.length - 1)));
        const at = places.find((place) => isClear(dots, path.takes[place], path.answers[place])) ?? places[0];
        return {
          x: log.checked ? Math.log10(path.takes[at]) : path.takes[at], y: path.answers[at], text: plain(path.name),
          showarrow: false, font: { size: 11, color: ink("soft") }, bgcolor: ink("card"), borderpad: 1,
        };
      });
      const front = dots.filter((dot) => dot.on_front).sort((a, b) => a.takes.value - b.takes.value);
      traces.push({ x: front.map((dot) => dot.takes.value), y: front.map((dot) => dot.answers.value), mode: "lines", line: { color: ink("accent"), width: 5 }, opacity: 0.25, hoverinfo: "skip" });
      const named = isNarrow() ? new Set() : labelled(dots);
      const color = (dot) => (dot.role === "endpoint" ? model.inks.endpoints[dot.name] ?? ink("text") : ink("text"));
      traces.push({
        x: dots.map((dot) => dot.takes.value), y: dots.map((dot) => dot.answers.value),
        mode: "markers+text",
        text: dots.map((dot) => (named.has(dot) ? plain(shorten(dot.name, 28)) : "")),
        textposition: "top center",
        textfont: { size: 11 }, cliponaxis: false,
        hovertext: dots.map((dot) => `${plain(dot.name)}<br>${WORDS[dot.role]}<br>${dot.takes.text} a query, answer accuracy ${dot.answers.text}${dot.on_front ? "<br>on the Pareto front" : ""}`),
        hovertemplate: "%{hovertext}<extra></extra>",
        marker: { symbol: dots.map((dot) => SYMBOLS[dot.role]), color: dots.map(color), size: 11, line: { color: dots.map(color), width: 1.5 } },
        error_y: { type: "data", symmetric: false, thickness: 1, width: 0, color: ink("soft"), array: dots.map((dot) => (dot.answers.high ?? dot.answers.value) - dot.answers.value), arrayminus: dots.map((dot) => dot.answers.value - (dot.answers.low ?? dot.answers.value)) },
      });
      const names = front.map((dot) => dot.name).join(", ");
      show("quality-chart", traces, {
        hovermode: "closest",
        annotations: labels,
        xaxis: axis(`${model.accounts[at]} a query, ${UNITS[at]}`, log.checked ? { type: "log", dtick: 1, exponentformat: "SI" } : { rangemode: "tozero", exponentformat: "SI" }),
        yaxis: axis("answer accuracy", { tickformat: ".0%", zeroline: false }),
      }, `Answer accuracy over ${model.accounts[at]} a query. On the Pareto front: ${names}.`);
      byId("quality-front").textContent = `On the Pareto front (no other without hindsight takes less and answers better): ${names || "none"}. Squares always take one endpoint; open diamonds see outcomes in advance; lines are sweeps, each with its misroute rule.`;
    }

    options(pool, model.quality.map((each) => titled(each.fallback && `fallback ${each.fallback}`, each.run)), choosePool);
    log.addEventListener("change", draw);
    choosePool();
    charts.push(draw);
  }

  // Where queries went.
  function shares() {
    const [pool, by, policy] = ["shares-pool", "shares-by", "shares-policy"].map(byId);
    const pools = model.shares.flatMap((run) => (run.fallbacks.length > 1 ? run.fallbacks : [null]).map((fallback) => ({ run, fallback })));
    const grouped = model.shares.flatMap((run) => run.policies.filter((each) => each.groups.length).map((of) => ({ run, of })));
    const color = (name) => model.inks.endpoints[name] ?? ink("soft");
    // Endpoints of one model have one colour: patterns tell them apart.
    const PATTERNS = ["", "/", ".", "x", "\\", "-", "|", "+"];
    const alike = (endpoints, index) => endpoints.slice(0, index).filter((other) => color(other) === color(endpoints[index])).length % PATTERNS.length;

    function draw() {
      const byGroup = chosen(by)[0] === "groups";
      const { run: { endpoints, policies: all }, fallback, of } = byGroup ? grouped[policy.value || 0] : pools[pool.value || 0];
      const policies = all.filter((each) => !each.fallback || !fallback || each.fallback === fallback);
      byId("shares-policy-label").hidden = !byGroup;
      byId("shares-pool-label").hidden = byGroup || pools.length < 2;
      const bars = byGroup ? of.groups.map((group) => ({ name: `${group.name} (${group.queries})`, shares: group.shares })) : policies.map((each) => ({ name: each.short, shares: each.shares }));
      // A name may stand twice, and bars of one name would be one bar: they are told apart by their place.
      const places = bars.map((_, index) => index);
      const names = bars.map((bar) => plain(shorten(bar.name, isNarrow() ? 18 : 44)));
      const traces = endpoints.map((endpoint, index) => {
        const share = bars.map((bar) => bar.shares.find((each) => each.endpoint === index));
        return {
          type: "bar", orientation: "h", name: plain(endpoint === "none" ? "nobody" : endpoint), y: places, x: share.map((each) => each?.share ?? 0),
          hovertext: share.map((each, at) => `${plain(bars[at].name)}<br>${plain(endpoint)}: ${each?.text ?? "0.00%"}`), hovertemplate: "%{hovertext}<extra></extra>",
          marker: { color: color(endpoint), line: { color: ink("card"), width: 1 }, pattern: { shape: PATTERNS[alike(endpoints, index)], fillmode: "overlay", fgcolor: ink("card"), fgopacity: 0.7 } },
        };
      });
      byId("shares-chart").style.height = `${9 + 1.9 * bars.length}rem`;
      show("shares-chart", traces, {
        barmode: "stack", bargap: 0.25, hovermode: "closest", showlegend: true,
        legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, traceorder: "normal", itemclick: false, itemdoubleclick: false },
        margin: { l: 10, r: 16, t: 10, b: 48 },
        xaxis: axis("share of queries", { tickformat: ".0%", range: [0, 1.001] }),
        yaxis: axis("", { autorange: "reversed", tickvals: places, ticktext: names, showgrid: false, zeroline: false }),
      }, `Shares of queries by endpoint${byGroup ? ` and category, under ${of.name}` : " and policy"}; the tables below have the numbers.`);
      byId("shares-more").textContent = byGroup && of.left_off ? `${of.left_off} smaller groups are not shown.` : "";
    }

    choices(by, "radio", [
      { value: "policies", text: "policies", checked: true },
      ...(grouped.length ? [{ value: "groups", text: "data sets and categories of one policy", checked: false }] : []),
    ], draw);
    options(policy, grouped.map(({ run, of }) => titled(of.name, run.run)), draw);
    options(pool, pools.map(({ run, fallback }) => titled(fallback && `fallback ${fallback}`, run.run)), draw);
    draw();
    charts.push(draw);
  }

  // Where savings vanish.
  function maps() {
    const titles = unique(model.maps.map((map) => map.title));
    const [section, rules] = ["map-section", "map-misroute"].map(byId);
    const SCALE = () => [[0, "#d55e00"], [0.25, "#e8a25f"], [0.5, ink("middle")], [0.75, "#5fa8d3"], [1, "#0072b2"]];

    function chooseSection() {
      const of = model.maps.filter((map) => map.title === titles[section.value || 0]);
      const before = chosen(rules)[0] ?? "retry";
      const rule = of.find((map) => map.misroute === before) ?? of[0];
      choices(rules, "radio", of.map((map) => ({ value: map.misroute, text: RULES[map.misroute] ?? map.misroute, checked: map === rule })), draw);
      draw();
    }

    function draw() {
      const of = model.maps.filter((map) => map.title === titles[section.value || 0]);
      const map = of.find((each) => each.misroute === chosen(rules)[0]) ?? of[0];
      byId("map-sentence").textContent = map.sentence.replaceAll("`", "");
      byId("map-about").textContent = `Blue saves, orange loses; on the strong line nothing is saved. The ring is today's local ${map.account} at router accuracy ${map.here}.${map.asked_again ? " The oracle is asked again at each factor." : ""}`;
      show("map-chart", [
        { type: "heatmap", x: map.factors, y: map.router_accuracy, z: map.saved, text: map.texts, hovertemplate: "%{text}<extra></extra>", colorscale: SCALE(), zmin: -1, zmax: 1, zsmooth: "best", colorbar: { title: { text: "saved", side: "right" }, tickformat: ".0%", tickvals: [-1, -0.5, 0, 0.5, 1], ticktext: ["−100% and less", "−50%", "0%", "+50%", "+100%"], thickness: 12, outlinewidth: 0 } },
        { x: map.zero.map(([factor]) => factor), y: map.zero.map(([, accuracy]) => accuracy), mode: "lines", line: { color: ink("zero"), width: 3 }, hoverinfo: "skip" },
        { x: [1], y: [map.here], mode: "markers", marker: { symbol: "circle-open", size: 14, color: ink("zero"), line: { width: 3 } }, hoverinfo: "skip" },
      ], {
        hovermode: "closest",
        xaxis: axis(`local ${map.account}, times today's`, { type: "log", showgrid: false, range: [Math.log10(map.factors[0]), Math.log10(map.factors.at(-1))], tickvals: map.factors.filter((factor) => Math.abs(Math.log10(factor) - Math.round(Math.log10(factor))) < 1e-9), ticktext: map.factors.filter((factor) => Math.abs(Math.log10(factor) - Math.round(Math.log10(factor))) < 1e-9).map((factor) => `×${Number(factor.toPrecision(3))}`) }),
        yaxis: axis("router accuracy (nominal)", { range: [0, 1], showgrid: false, zeroline: false }),
      }, `Expected saving over router accuracy and local ${map.account}. ${map.sentence}`);
    }

    options(section, titles, chooseSection);
    chooseSection();
    charts.push(draw);
  }

  // Colours, printing, and sections to open.
  function page() {
    const THEMES = [["", "auto", "as the system has them"], ["light", "light", "light"], ["dark", "dark", "dark"]];
    const root = document.documentElement;
    const button = byId("theme");
    let theme = 0;
    const redraw = () => charts.forEach((draw) => draw());
    const set = (name) => (name ? root.setAttribute("data-theme", name) : root.removeAttribute("data-theme"));
    button.addEventListener("click", () => {
      theme = (theme + 1) % THEMES.length;
      const [name, word, meaning] = THEMES[theme];
      set(name);
      button.querySelector("span").textContent = word;
      button.setAttribute("aria-label", `Colours: ${meaning}`);
      redraw();
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    window.matchMedia("(max-width: 40rem)").addEventListener("change", redraw);
    const all = [...document.querySelectorAll("#tables details")];
    const openAll = byId("open-all");
    openAll.addEventListener("click", () => {
      const open = all.some((each) => !each.open);
      all.forEach((each) => (each.open = open));
      openAll.textContent = open ? "close all" : "open all";
    });
    let closed = [];
    window.addEventListener("beforeprint", () => {
      closed = all.filter((each) => !each.open);
      closed.forEach((each) => (each.open = true));
      set("light");
      printing = true;
      redraw();
    });
    window.addEventListener("afterprint", () => {
      closed.forEach((each) => (each.open = false));
      set(THEMES[theme][0]);
      printing = false;
      redraw();
    });
  }

  if (model.curves.length) sweep();
  if (model.quality.length) quality();
  if (model.shares.length) shares();
  if (model.maps.length) maps();
  page();
})();
