"""numpy drawing as many normal and uniform numbers as `wattroute synth ipw-routing` does, and nothing else.

python synth.py QUERIES. A query of that spec takes 8 normal numbers (5 abilities, 1 common factor, 2 lengths; no
endpoint's meter is noisy) and 4 uniform ones beside them: the random orders of the 3 stratified columns among the
normal ones, and of the rows. benches/against.rs counts them from the spec.
"""

import numpy as np

import measure

NORMALS, UNIFORMS = 8, 4


def main():
    parser = measure.parser(__doc__)
    parser.add_argument("queries", type=int)
    args = parser.parse_args()
    generator = np.random.default_rng(1)

    def work():
        return generator.standard_normal((NORMALS, args.queries)), generator.random((UNIFORMS, args.queries))

    def result(drawn):
        return {"normals": drawn[0].size, "uniforms": drawn[1].size}

    measure.run(args, "synth", work, result, queries=args.queries)


if __name__ == "__main__":
    main()
