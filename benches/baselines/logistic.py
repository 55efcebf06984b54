"""Cross-fitted logistic regressions by scikit-learn: what benches/router.rs is held against.

python logistic.py FILE QUERIES FEATURES ENDPOINTS
FILE holds the features and then the answers, a column of 32-bit floats each. Prints the seconds from
numbers in memory to predictions for every query, and their mean log loss.
"""

import sys
import time

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

path, queries, features, endpoints = sys.argv[1], *map(int, sys.argv[2:])
table = np.fromfile(path, dtype="<f4").reshape(features + endpoints, queries)
x = np.ascontiguousarray(table[:features].T)
y = table[features:] > 0.5


def fold(train, test, answers):
    scaler = StandardScaler().fit(x[train])
    model = LogisticRegression(C=1.0, tol=1e-4, max_iter=300).fit(scaler.transform(x[train]), answers[train])
    return test, model.predict_proba(scaler.transform(x[test]))[:, 1]


start = time.perf_counter()
predicted = np.empty((endpoints, queries))
jobs = [(e, train, test) for train, test in KFold(5, shuffle=True, random_state=1).split(x) for e in range(endpoints)]
results = Parallel(n_jobs=-1, prefer="threads")(delayed(fold)(train, test, y[e]) for e, train, test in jobs)
for (e, _, _), (test, chances) in zip(jobs, results):
    predicted[e, test] = chances
seconds = time.perf_counter() - start
print(seconds, np.mean([log_loss(y[e], predicted[e]) for e in range(endpoints)]))
