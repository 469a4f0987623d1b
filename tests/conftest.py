"""What holds for every test: where everything must run, nothing is skipped or left to chance."""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

REQUIRED = os.environ.get("LAYERLAB_REQUIRE_REFERENCE") == "1"
# A busy machine is no fault of the code: no example has a deadline. "ci" has none either, and
# draws the same examples on every run.
settings.register_profile("patient", deadline=None)
settings.load_profile("ci" if REQUIRED else "patient")
# No test, and no notebook that is tested, leaves anything in the record of whoever runs it.
os.environ["LAYERLAB_DATA"] = ""


def _failed(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure that keeps the reason."""
    if REQUIRED and report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"LAYERLAB_REQUIRE_REFERENCE=1 forbids to skip this. {reason}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _failed(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _failed(report)
    return report
