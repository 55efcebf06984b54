"""Writes a column of scores and one of labels: python columns.py ROWS FILE. A label is 1 with its score's chance."""

import sys

import numpy as np

rows, file = int(sys.argv[1]), sys.argv[2]
generator = np.random.default_rng(5)
scores = generator.beta(2.0, 3.0, rows)
# One in a hundred is tied with others.
scores = np.where(generator.random(rows) < 0.01, np.round(scores, 2), scores)
labels = generator.random(rows) < scores
np.concatenate([scores, labels.astype("<f8")]).astype("<f8").tofile(file)
