"""What is wrong with a labelled file: coded findings, each with a remedy, and repairs.

:mod:`~prmktml.checks.findings` is the way in; the checks themselves stand in ``cells``,
``duplicates``, ``leakage`` and ``agreement``, over the rows that ``sheets`` reads without
refusing any.
"""
