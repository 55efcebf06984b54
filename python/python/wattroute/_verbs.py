"""The verbs of the command line: made from its tree by `generate.py`, which a test holds it to. Change nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from ._calls import OfTrace, _call, _imported, _synthesized
from ._progress import Progress
from ._result import Result
from ._types import Map, Numbers, Pairs, Policies, Tables, Text, Texts

if TYPE_CHECKING:
    from ._trace import Trace


class TraceVerbs(OfTrace):
    """The verbs that take a trace."""

    def inspect(
        self,
        *,
        correct_at: Optional[float] = None,
        local: Optional[Texts] = None,
        threads: Optional[int] = None,
        progress: Progress = None,
    ) -> Result:
        """Accuracy, energy, time, money, coverage, and what is missing.

        Parameters:
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            local: Local endpoints [default: the trace's, else all whose tier is not cloud]
            threads: Threads to work on [default: all cores]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> inspection = wattroute.open("toy").inspect()
        >>> inspection.to_dict()["queries"]
        12
        >>> inspection.to_polars("endpoints")["model"].to_list()
        ['small', 'medium', 'large', 'tiny']
        """
        options = {"correct-at": correct_at, "local": local, "threads": threads}
        return self._call("inspect", [], options, progress)

    def check(
        self,
        *,
        threads: Optional[int] = None,
        progress: Progress = None,
    ) -> Result:
        """Find every fault of a trace.

        Where there is a fault it raises :class:`wattroute.Error`, whose ``result`` has all of them; warnings and notes do not count.

        Parameters:
            threads: Threads to work on [default: all cores]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> wattroute.open("toy").check().to_dict()["fault_count"]
        0
        """
        options = {"threads": threads}
        return self._call("check", [], options, progress)

    def study(
        self,
        *,
        out: Optional[Text] = None,
        baseline: Optional[Texts] = None,
        local: Optional[Texts] = None,
        correct_at: Optional[float] = None,
        only: Optional[Texts] = None,
        missing: Optional[Pairs] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """The paper's analyses of any trace: coverage, efficiency, years.

        Coverage, difficulty, savings by the largest local model, pairs of model and
        hardware, improvement over time, the gap between local and cloud, batching,
        precision: whatever the trace carries. What it lacks is named in a note.

        Parameters:
            out: Folder for the report, its tables and figures [default: nothing is written]
            baseline: Endpoints that savings are measured against [default: the trace's, else the only cloud
                endpoint]
            local: Local endpoints [default: the trace's, else all whose tier is not cloud]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            only: The analyses that are wanted, with commas: coverage, difficulty, by_size, pairs, over_time,
                local_cloud_gap, batching, precision [default: all]
            missing: Missing cells, for savings by size: `require` refuses, `complete` drops such queries,
                `unavailable` takes the endpoint as unable to serve them [default: require]
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> wattroute.open("ladder").study(only="coverage").to_dict()["study"]["coverage"] is None
        False
        """
        options = {"out": out, "baseline": baseline, "local": local, "correct-at": correct_at, "only": only, "missing":
            missing, "seed": seed, "threads": threads, "force": force}
        return self._call("study", [], options, progress)

    def replay(
        self,
        policies: Policies,
        *,
        out: Optional[Text] = None,
        baseline: Optional[Texts] = None,
        fallback: Optional[str] = None,
        local: Optional[Texts] = None,
        objective: Optional[str] = None,
        correct_at: Optional[float] = None,
        missing: Optional[Pairs] = None,
        metrics: Optional[Texts] = None,
        workload: Optional[Text] = None,
        replicates: Optional[int] = None,
        carbon: Optional[float] = None,
        stream: bool = False,
        tally: Optional[Text] = None,
        rows: Optional[str] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """What each policy would have cost, saved and answered.

        Parameters:
            policies: Policy to replay: NAME or FILE, with settings as NAME:key=value,key=value; may be given
                several times. An object that routes may stand for a name: see `wattroute.Router`.
            out: Folder for the report, its tables and figures [default: nothing is written]
            baseline: Endpoints that savings are measured against [default: the trace's, else the fallback, else the
                only cloud endpoint]
            fallback: Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline
                in turn]
            local: Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of
                tier cloud]
            objective: What oracles make small: size, energy, cost, flops or latency [default: the trace's, else
                size]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            missing: Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the
                endpoint as unable to serve them [default: require]
            metrics: The metrics that are needed [default: all that the endpoints in use have]
            workload: File that selects queries: data sets, categories, a range, a sample [default: all queries]
            replicates: Replicates of policies that draw random numbers [default: 20]
            carbon: Carbon intensity of the grid, to report grams of CO2 [default: no CO2 is reported]
            stream: Read the trace part by part, so that it need not fit in memory: the same report
            tally: Write what the queries add up to into a file, for `wattroute merge`, in place of a report
            rows: The queries of a tally, from 0: A up to but not B, A.. or ..B, cut at multiples of 4096 [default:
                all]
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> result = wattroute.open("toy").replay(["oracle", "random"], objective="energy")
        >>> for policy in result.to_dict()["policies"]:
        ...     saved = policy["savings"]["large@server"]["energy"]["value"]
        ...     print(f"{policy['name']}: {saved:.1%} of the energy")
        oracle: 52.8% of the energy
        random: 41.6% of the energy
        always:endpoint=large@server: 0.0% of the energy
        """
        options = {"policy": policies, "out": out, "baseline": baseline, "fallback": fallback, "local": local,
            "objective": objective, "correct-at": correct_at, "missing": missing, "metrics": metrics, "workload":
            workload, "replicates": replicates, "carbon": carbon, "stream": stream, "tally": tally, "rows": rows,
            "seed": seed, "threads": threads, "force": force}
        return self._call("replay", [], options, progress)

    def compare(
        self,
        policies: Optional[Policies] = None,
        *,
        out: Optional[Text] = None,
        all: bool = False,
        by: Optional[str] = None,
        perturbed: Optional[Pairs] = None,
        baseline: Optional[Texts] = None,
        fallback: Optional[str] = None,
        local: Optional[Texts] = None,
        objective: Optional[str] = None,
        correct_at: Optional[float] = None,
        missing: Optional[Pairs] = None,
        metrics: Optional[Texts] = None,
        workload: Optional[Text] = None,
        replicates: Optional[int] = None,
        carbon: Optional[float] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """Policies side by side: which of them are worth their cost.

        The policies of the program that the trace can feed, and one for each endpoint
        that always takes it. Those that do not fit are named, with what they would
        need.

        --by takes above_fixed (answer accuracy above every mix of fixed endpoints for
        the same amount), answer_accuracy, energy, compute, cost, latency (a query),
        savings, or a measure that is one number a policy: arena-score, cost-saving,
        optimal-selection and others (`wattroute measures`).

        Parameters:
            policies: Policy to compare: NAME or FILE, with settings as NAME:key=value,key=value; may be given
                several times [default: all of the program]. An object that routes may stand for a name: see
                `wattroute.Router`.
            out: Folder for the report, its tables and figures [default: nothing is written]
            all: Compare every policy of the program; so it is where no policy is named
            by: Figure to sort by [default: above_fixed]
            perturbed: Two policies of recorded decisions, for prompts and for perturbed prompts: how many decisions
                stay
            baseline: Endpoints that savings are measured against [default: the trace's, else the fallback, else the
                only cloud endpoint]
            fallback: Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline
                in turn]
            local: Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of
                tier cloud]
            objective: What oracles make small: size, energy, cost, flops or latency [default: the trace's, else
                size]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            missing: Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the
                endpoint as unable to serve them [default: require]
            metrics: The metrics that are needed [default: all that the endpoints in use have]
            workload: File that selects queries: data sets, categories, a range, a sample [default: all queries]
            replicates: Replicates of policies that draw random numbers [default: 20]
            carbon: Carbon intensity of the grid, to report grams of CO2 [default: no CO2 is reported]
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> result = wattroute.open("toy").compare(["oracle", "random"])
        >>> result.tables["compare"].columns[:2]
        ['rank', 'policy']
        """
        options = {"policy": policies, "out": out, "all": all, "by": by, "perturbed": perturbed, "baseline": baseline,
            "fallback": fallback, "local": local, "objective": objective, "correct-at": correct_at, "missing": missing,
            "metrics": metrics, "workload": workload, "replicates": replicates, "carbon": carbon, "seed": seed,
            "threads": threads, "force": force}
        return self._call("compare", [], options, progress)

    def sweep(
        self,
        *,
        out: Optional[Text] = None,
        policy: Optional[Policies] = None,
        accuracy: Optional[Numbers] = None,
        misroute: Optional[Texts] = None,
        baseline: Optional[Texts] = None,
        fallback: Optional[str] = None,
        local: Optional[Texts] = None,
        objective: Optional[str] = None,
        correct_at: Optional[float] = None,
        missing: Optional[Pairs] = None,
        metrics: Optional[Texts] = None,
        workload: Optional[Text] = None,
        replicates: Optional[int] = None,
        carbon: Optional[float] = None,
        stream: bool = False,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """Savings and answer accuracy over router accuracy.

        Parameters:
            out: Folder for the report, its tables and figures [default: nothing is written]
            policy: The noisy oracle to sweep [default: noisy-oracle]. An object that routes may stand for a name:
                see `wattroute.Router`.
            accuracy: Router accuracies, as FROM:TO:STEP or a list with commas [default: 0:1:0.01]
            misroute: What an error does: cloud, accept, verify, retry, uniform, or local:DETECT:FALSE_ALARM;
                several, or `all` [default: the policy's]
            baseline: Endpoints that savings are measured against [default: the trace's, else the fallback, else the
                only cloud endpoint]
            fallback: Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline
                in turn]
            local: Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of
                tier cloud]
            objective: What oracles make small: size, energy, cost, flops or latency [default: the trace's, else
                size]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            missing: Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the
                endpoint as unable to serve them [default: require]
            metrics: The metrics that are needed [default: all that the endpoints in use have]
            workload: File that selects queries: data sets, categories, a range, a sample [default: all queries]
            replicates: Replicates of policies that draw random numbers [default: 20]
            carbon: Carbon intensity of the grid, to report grams of CO2 [default: no CO2 is reported]
            stream: Read the trace part by part, so that it need not fit in memory: the same report
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> result = wattroute.open("ladder").sweep(misroute=["cloud", "retry"], accuracy=[0, 0.5, 1])
        >>> len(result.to_dict()["curves"][0]["points"])
        3
        """
        options = {"out": out, "policy": policy, "accuracy": accuracy, "misroute": misroute, "baseline": baseline,
            "fallback": fallback, "local": local, "objective": objective, "correct-at": correct_at, "missing": missing,
            "metrics": metrics, "workload": workload, "replicates": replicates, "carbon": carbon, "stream": stream,
            "seed": seed, "threads": threads, "force": force}
        return self._call("sweep", [], options, progress)

    def break_even(
        self,
        *,
        out: Optional[Text] = None,
        policy: Optional[Policies] = None,
        router_accuracy: Optional[float] = None,
        tolerance: Optional[float] = None,
        electricity: Optional[float] = None,
        baseline: Optional[Texts] = None,
        fallback: Optional[str] = None,
        local: Optional[Texts] = None,
        objective: Optional[str] = None,
        correct_at: Optional[float] = None,
        missing: Optional[Pairs] = None,
        metrics: Optional[Texts] = None,
        workload: Optional[Text] = None,
        replicates: Optional[int] = None,
        carbon: Optional[float] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """Where savings vanish: energy, batch size, accuracy, prices.

        Parameters:
            out: Folder for the report, its tables and figures [default: nothing is written]
            policy: The noisy oracle to study [default: noisy-oracle]. An object that routes may stand for a name:
                see `wattroute.Router`.
            router_accuracy: The router accuracy to look from: what may change until its savings vanish [default:
                0.8]
            tolerance: How far the answer accuracy may be below the baseline's [default: 0.01]
            electricity: Price of electricity for local endpoints [default: as the trace says, else not counted]
            baseline: Endpoints that savings are measured against [default: the trace's, else the fallback, else the
                only cloud endpoint]
            fallback: Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline
                in turn]
            local: Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of
                tier cloud]
            objective: What oracles make small: size, energy, cost, flops or latency [default: the trace's, else
                size]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            missing: Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the
                endpoint as unable to serve them [default: require]
            metrics: The metrics that are needed [default: all that the endpoints in use have]
            workload: File that selects queries: data sets, categories, a range, a sample [default: all queries]
            replicates: Replicates of policies that draw random numbers [default: 20]
            carbon: Carbon intensity of the grid, to report grams of CO2 [default: no CO2 is reported]
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> result = wattroute.open("ladder").break_even(router_accuracy=0.7)
        >>> result.to_dict()["break_even"] is None
        False
        """
        options = {"out": out, "policy": policy, "router-accuracy": router_accuracy, "tolerance": tolerance,
            "electricity": electricity, "baseline": baseline, "fallback": fallback, "local": local, "objective":
            objective, "correct-at": correct_at, "missing": missing, "metrics": metrics, "workload": workload,
            "replicates": replicates, "carbon": carbon, "seed": seed, "threads": threads, "force": force}
        return self._call("break-even", [], options, progress)

    def day(
        self,
        policies: Optional[Policies] = None,
        *,
        out: Optional[Text] = None,
        arrivals_total: Optional[int] = None,
        arrivals: Optional[Text] = None,
        carbon: Optional[Pairs] = None,
        carbon_day: Optional[str] = None,
        baseline: Optional[Texts] = None,
        fallback: Optional[str] = None,
        local: Optional[Texts] = None,
        objective: Optional[str] = None,
        correct_at: Optional[float] = None,
        missing: Optional[Pairs] = None,
        metrics: Optional[Texts] = None,
        workload: Optional[Text] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """Strategies over a day of arrivals: energy, compute, money, CO2.

        Parameters:
            policies: Strategy: NAME or FILE, with settings as NAME:key=value; may be given several times [default:
                random, the noisy oracle at 0.6 and 0.8, oracle]. An object that routes may stand for a name: see
                `wattroute.Router`.
            out: Folder for the report, its tables and figures [default: nothing is written]
            arrivals_total: Number of arrivals [default: 80200000, or those of the file of --arrivals]
            arrivals: When requests arrive: a log of Azure, BurstGPT or Mooncake [default: a built-in day]
            carbon: Carbon intensity of the grid, a number or hourly CSV of Electricity Maps; `local=` or `cloud=`
                before it for one tier
            carbon_day: Day of the hourly files [default: the mean of each hour of the day over the file]
            baseline: Endpoints that savings are measured against [default: the trace's, else the fallback, else the
                only cloud endpoint]
            fallback: Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline
                in turn]
            local: Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of
                tier cloud]
            objective: What oracles make small: size, energy, cost, flops or latency [default: the trace's, else
                size]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            missing: Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the
                endpoint as unable to serve them [default: require]
            metrics: The metrics that are needed [default: all that the endpoints in use have]
            workload: File that selects queries: data sets, categories, a range, a sample [default: all queries]
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import wattroute
        >>> day = wattroute.open("toy").day("oracle", arrivals_total=1000, carbon={"local": 20, "cloud": 400})
        >>> day.to_dict()["day"]["arrivals"]
        1000
        """
        options = {"policy": policies, "out": out, "arrivals-total": arrivals_total, "arrivals": arrivals, "carbon":
            carbon, "carbon-day": carbon_day, "baseline": baseline, "fallback": fallback, "local": local, "objective":
            objective, "correct-at": correct_at, "missing": missing, "metrics": metrics, "workload": workload, "seed":
            seed, "threads": threads, "force": force}
        return self._call("day", [], options, progress)

    def train(
        self,
        *,
        router: Policies,
        out: Text,
        share: Optional[float] = None,
        baseline: Optional[Texts] = None,
        fallback: Optional[str] = None,
        local: Optional[Texts] = None,
        objective: Optional[str] = None,
        correct_at: Optional[float] = None,
        missing: Optional[Pairs] = None,
        metrics: Optional[Texts] = None,
        workload: Optional[Text] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Result:
        """Fit a router once and save it, to be judged elsewhere.

        A replay cross-fits learned policies by itself. It refuses to judge a saved
        router on queries that it was fitted to: `on_fitted=skip` leaves them out.

        Parameters:
            router: Learned policy whose router is fitted: NAME or FILE, with settings as NAME:key=value,key=value
            out: File for the fitted router
            share: Share of the queries to fit it to; the others are left to judge it on [default: 1]
            baseline: Endpoints that savings are measured against [default: the trace's, else the fallback, else the
                only cloud endpoint]
            fallback: Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline
                in turn]
            local: Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of
                tier cloud]
            objective: What oracles make small: size, energy, cost, flops or latency [default: the trace's, else
                size]
            correct_at: Score from which an answer is correct [default: the trace's, else 1 where every score is 0
                or 1]
            missing: Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the
                endpoint as unable to serve them [default: require]
            metrics: The metrics that are needed [default: all that the endpoints in use have]
            workload: File that selects queries: data sets, categories, a range, a sample [default: all queries]
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Result`.

        >>> import tempfile, wattroute
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     trained = wattroute.open("ladder").train(router="logistic", out=f"{folder}/router.json", share=0.5)
        >>> trained.to_dict()["kind"]
        'logistic'
        """
        options = {"router": router, "out": out, "share": share, "baseline": baseline, "fallback": fallback, "local":
            local, "objective": objective, "correct-at": correct_at, "missing": missing, "metrics": metrics, "workload":
            workload, "seed": seed, "threads": threads, "force": force}
        return self._call("train", [], options, progress)

    def enrich(
        self,
        *,
        profile: Optional[Texts] = None,
        prices: Optional[Text] = None,
        as_: Optional[Pairs] = None,
        electricity: Optional[float] = None,
        output_tokens: Optional[Pairs] = None,
        tokens_from_text: bool = False,
        flops: Optional[str] = None,
        out: Optional[Text] = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        force: bool = False,
        progress: Progress = None,
    ) -> Trace:
        """Fill in missing energy, time, compute and cost from measurements.

        Only missing cells are filled; each is marked with its source, a stand-in by
        name.

        KEY is the key of an entry, or words of it that no other entry has:
          in a profile     MODEL@HARDWARE:batch=N, as in Qwen/Qwen3-14B@H100x8:batch=128
          in a price list  the model's name there
          none             looks nothing up for this endpoint

        A plain profile (.csv, or .toml with one [[entry]] each) has `model` and any of:
        hardware, batch_size, energy_per_output_token_j, energy_per_request_j,
        latency_per_output_token_s, latency_per_request_s,
        throughput_output_tokens_per_s, power_w, params_total_b, params_active_b,
        input_usd_per_mtok, output_usd_per_mtok, energy_scope.

        Parameters:
            profile: Profile: ML.ENERGY leaderboard (.json) or figures of your own (.toml, .csv); may be repeated
            prices: Price list (.json): USD for the tokens of a model
            as_: Which entry an endpoint gets, as a choice or as a stand-in; KEY `none` looks nothing up
            electricity: Price of electricity: what the energy of local endpoints without a token price costs
                [default: the trace's, else not counted]
            output_tokens: Output tokens of answers that have none, marked as estimated; for one endpoint:
                ENDPOINT=N [default: they stay missing]
            tokens_from_text: Count missing input tokens from the prompts, four characters each, marked as estimated
                [default: they stay missing]
            flops: Which parameters compute follows from: total or active [default: active where known]
            out: Folder of the new trace [default: a temporary one, which is removed with the trace]; with `force`
                the trace itself is replaced
            seed: Seed of every random number: the same seed gives the same bytes [default: 0]
            threads: Threads to work on [default: all cores]
            force: Replace what is there already [default: that is an error]
            progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
                units done and in all

        Returns a :class:`wattroute.Trace`.

        >>> import wattroute
        >>> priced = wattroute.open("toy").enrich(electricity=0.20)
        >>> priced.made.to_dict()["filled"]
        []
        """
        options = {"profile": profile, "prices": prices, "as": as_, "electricity": electricity, "output-tokens":
            output_tokens, "tokens-from-text": tokens_from_text, "flops": flops, "out": out, "seed": seed, "threads":
            threads, "force": force}
        return self._enriched([], options, progress)


def import_(
    format: str,
    input: Tables,
    *,
    out: Optional[Text] = None,
    name: Optional[str] = None,
    map: Optional[Map] = None,
    output_tokens: Optional[float] = None,
    tokens_from_text: bool = False,
    keep_features: bool = False,
    no_prompts: bool = False,
    drop_prompts: Optional[Text] = None,
    filter: Optional[str] = None,
    score: Optional[str] = None,
    tier: Optional[Pairs] = None,
    hardware: Optional[Pairs] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    force: bool = False,
    progress: Progress = None,
) -> Trace:
    """Make a trace from another program's files.

    Parameters:
        format: The format of the input: see `wattroute formats`
        input: Files or folders; or a table in memory, any object with ``__arrow_c_stream__``, or several by
            name
        out: Folder of the new trace [default: a temporary one, which is removed with the trace]
        name: Name of the trace [default: the name of the folder]
        map: Mapping file: names columns, units and conversions (table); or its text, or what it says as a
            mapping
        output_tokens: Output tokens of answers that have none, marked as estimated [default: they stay missing]
        tokens_from_text: Count missing tokens from the texts, four characters each, rounded up, marked as
            estimated [default: they stay missing]
        keep_features: Keep columns that nothing else uses as features that a router may look at (see `wattroute
            formats`) [default: they are listed and left out]
        no_prompts: Leave the prompts out of the trace [default: they are kept]
        drop_prompts: Drop the queries whose prompts stand in this JSONL file, `eval_prompt` (see `wattroute
            formats`)
        filter: Which filter counts (lm-eval: one row for each query and filter) [default: the only one]
        score: Which metric is the score (lm-eval) [default: the only one]
        tier: Tier of an endpoint or model: phone, local or cloud
        hardware: Hardware of a model, where the source does not tell it
        seed: Seed of every random number: the same seed gives the same bytes [default: 0]
        threads: Threads to work on [default: all cores]
        force: Replace what is there already [default: that is an error]
        progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
            units done and in all

    Returns a :class:`wattroute.Trace`.

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
    """
    options = {"out": out, "name": name, "map": map, "output-tokens": output_tokens, "tokens-from-text":
        tokens_from_text, "keep-features": keep_features, "no-prompts": no_prompts, "drop-prompts": drop_prompts,
        "filter": filter, "score": score, "tier": tier, "hardware": hardware, "seed": seed, "threads": threads,
        "force": force}
    return _imported([format, input], options, progress)


def synth(
    spec: str,
    *,
    out: Optional[Text] = None,
    queries: Optional[int] = None,
    nearest: bool = False,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    force: bool = False,
    progress: Progress = None,
) -> Trace:
    """Generate a trace from a spec.

    The form of a spec is described in traces/README.md.

    Parameters:
        spec: File of a spec, or the name of one in the program
        out: Folder of the new trace [default: a temporary one, which is removed with the trace]
        queries: Number of queries [default: the spec's]
        nearest: Generate with the nearest targets where the spec's cannot hold together
        seed: Seed of every random number: the same seed gives the same bytes [default: 0]
        threads: Threads to work on [default: all cores]
        force: Replace what is there already [default: that is an error]
        progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
            units done and in all

    Returns a :class:`wattroute.Trace`.

    >>> import wattroute
    >>> trace = wattroute.synth("ipw-routing", queries=2000, seed=7)
    >>> trace.inspect().to_dict()["queries"]
    2000
    """
    options = {"out": out, "queries": queries, "nearest": nearest, "seed": seed, "threads": threads, "force": force}
    return _synthesized([spec], options, progress)


def merge(
    files: Texts,
    *,
    out: Optional[Text] = None,
    threads: Optional[int] = None,
    force: bool = False,
    progress: Progress = None,
) -> Result:
    """One report from the tallies of all parts of a trace.

    Parameters:
        files: Tallies that `replay --tally` wrote, of all parts of one trace, in any order
        out: Folder for the report, its tables and figures [default: nothing is written]
        threads: Threads to work on [default: all cores]
        force: Replace what is there already [default: that is an error]
        progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
            units done and in all

    Returns a :class:`wattroute.Result`.

    >>> import pathlib, tempfile, wattroute
    >>> trace = wattroute.synth("ipw-routing", queries=8000)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = [pathlib.Path(folder) / name for name in ("a.tally", "b.tally")]
    ...     for file, rows in zip(files, ["..4096", "4096.."]):
    ...         _ = trace.replay("oracle", rows=rows, tally=file)
    ...     result = wattroute.merge(files)
    >>> result.to_dict() == trace.replay("oracle").to_dict()
    True
    """
    options = {"out": out, "threads": threads, "force": force}
    return _call("merge", [files], options, progress)


def reproduce(
    *,
    scenario: Optional[Texts] = None,
    queries: Optional[int] = None,
    arrivals: Optional[int] = None,
    cache: Optional[Text] = None,
    out: Optional[Text] = None,
    figures: Optional[Text] = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    force: bool = False,
    progress: Progress = None,
) -> Result:
    """Reproduce Intelligence per Watt: the paper's figures beside ours.

    Generates traces from the specs of traces/ that the paper's figures imply, replays them, and holds what comes out of
    their rows against the paper. Where a figure is outside of its tolerance it raises :class:`wattroute.Error`, whose
    ``result`` has the report.

    Parameters:
        scenario: Assumptions: paper, tables, measured, or all; several with commas [default: all]
        queries: Queries of the generated trace [default: 1000000]
        arrivals: Arrivals of the day [default: 80200000]
        cache: Folder where generated traces are kept [default: .cache]
        out: Folder for the report, its tables and figures [default: runs/reproduce]
        figures: Folder for the figures and the comparison, beside the run's: files that differ are replaced
            only by --force [default: figures/paper]
        seed: Seed of every random number: the same seed gives the same bytes [default: 0]
        threads: Threads to work on [default: all cores]
        force: Replace what is there already [default: that is an error]
        progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
            units done and in all

    Returns a :class:`wattroute.Result`.

    >>> import tempfile, wattroute
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = wattroute.reproduce(
    ...         scenario="paper", queries=20_000, arrivals=100_000,
    ...         cache=f"{folder}/cache", out=f"{folder}/run", figures=f"{folder}/figures",
    ...     )
    >>> result.to_dict()["reproduction"]["scenarios"][0]["name"]
    'paper'
    """
    options = {"scenario": scenario, "queries": queries, "arrivals": arrivals, "cache": cache, "out": out,
        "figures": figures, "seed": seed, "threads": threads, "force": force}
    return _call("reproduce", [], options, progress)


def report(
    run: Texts,
    *,
    markdown: Optional[Text] = None,
    html: Optional[Text] = None,
    force: bool = False,
    progress: Progress = None,
) -> Result:
    """Show the report of a run again, or write it as a page.

    Parameters:
        run: Folder that `--out` made, or its report.json; several of the same trace make one HTML page
        markdown: Write the report as Markdown
        html: Write the report as one HTML page with charts to move, which needs no network and no other file
        force: Replace what is there already [default: that is an error]
        progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
            units done and in all

    Returns a :class:`wattroute.Result`.

    >>> import tempfile, wattroute
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = wattroute.open("toy").replay("oracle", out=f"{folder}/run")
    ...     again = wattroute.report(f"{folder}/run")
    >>> again.to_dict()["manifest"]["verb"]
    'replay'
    """
    options = {"markdown": markdown, "html": html, "force": force}
    return _call("report", [run], options, progress)


def figures(
    run: Text,
    *,
    out: Text,
    format: Optional[Texts] = None,
    columns: Optional[int] = None,
    force: bool = False,
    progress: Progress = None,
) -> Result:
    """Draw the figures of a run.

    Parameters:
        run: Folder of a run, or its report.json
        out: Folder of the figures
        format: Files of each figure, by commas [default: svg,png,pdf] [one of: svg, png, pdf]
        columns: Lay them out for so many columns of a paper, 3.33 or 7 inches wide, with letters of 7 to 8
            points [one of: 1, 2]
        force: Replace what is there already [default: that is an error]
        progress: Whether a bar shows how far it is [default: where a person looks], or what is called with
            units done and in all

    Returns a :class:`wattroute.Result`.

    >>> import tempfile, wattroute
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = wattroute.open("ladder").sweep(out=f"{folder}/run")
    ...     drawn = wattroute.figures(f"{folder}/run", out=f"{folder}/figures", format="pdf", columns=1)
    >>> sorted(file.name for file in drawn.files)
    ['quality_cost.pdf', 'savings_curves.pdf']
    """
    options = {"out": out, "format": format, "columns": columns, "force": force}
    return _call("figures", [run], options, progress)


def policies(
    name: Optional[str] = None,
) -> Result:
    """List policies, kinds, routers and rules, or show one.

    Parameters:
        name: Show the file of one policy, the parameters of one kind, or the kinds of a section: `router`,
            `rule`

    Returns a :class:`wattroute.Result`.

    >>> import wattroute
    >>> wattroute.policies("oracle").to_dict()["name"]
    'oracle'
    """
    return _call("policies", [name], {})


def formats(
    name: Optional[str] = None,
) -> Result:
    """List the formats that can be imported, or show one.

    Parameters:
        name: Show one format: what it reads, what an INPUT is, its options [default: list all]

    Returns a :class:`wattroute.Result`.

    >>> import wattroute
    >>> wattroute.formats("table").to_dict()["title"]
    'any long or wide table, by a mapping file (--map)'
    """
    return _call("formats", [name], {})


def measures(
    name: Optional[str] = None,
) -> Result:
    """List the measures of routers' papers, or show a formula.

    Parameters:
        name: Show one measure: its formula, source and needs, and where a paper and its code part

    Returns a :class:`wattroute.Result`.

    >>> import wattroute
    >>> wattroute.measures("apgr").to_dict()["name"]
    'apgr'
    """
    return _call("measures", [name], {})
