"""Where the program departs from the documents: it must still depart as described, or what is said here goes."""

SD_OF_RATIO = (
    "the standard deviation of an expected answer accuracy (or saving) leaves out that the number of queries served "
    "(or known) varies with the draws too; simulated replicates spread as ours says"
)


def run(comparison):
    """The messages of those that no longer are as described."""
    if comparison.known:
        print(f"KNOWN DISAGREEMENT in {comparison.known} of {comparison.known_possible} figures: {SD_OF_RATIO}", flush=True)
    elif comparison.known_possible:
        return [f"no longer a disagreement, take it out of known.py: {SD_OF_RATIO}"]
    return []
