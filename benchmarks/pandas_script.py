"""The peer of ``prmktml predict -i IN.csv -o OUT.csv``: a script as one writes it with pandas.

``python benchmarks/pandas_script.py MODEL.joblib IN.csv OUT.csv`` reads a table, adds the labels
and probabilities of a scikit-learn pipeline, and writes it.
"""

import sys

import joblib
import pandas as pd


def main(model: str, source: str, target: str) -> None:
    pipeline = joblib.load(model)
    table = pd.read_csv(source)
    probabilities = pipeline.predict_proba(table["text"])
    names = ["pr", "marketing", "other"]
    table["label"] = [names[i] for i in probabilities.argmax(axis=1)]
    table[[f"p_{name}" for name in names]] = probabilities
    table.to_csv(target, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
