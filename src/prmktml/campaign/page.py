"""The report as one HTML page."""

from html import escape

from prmktml.campaign.analysis import Campaign

__all__ = ["to_html"]


def to_html(campaign: Campaign, lang: str = "en") -> str:
    """Return the report as a page."""
    lines = [f"{check.code}: {check.outcome} {check.facts}" for check in campaign.checks]
    body = escape("\n".join([campaign.calendar.name, str(campaign.counts), *lines]))
    return f"<!doctype html><html lang={lang!r}><meta charset=utf-8><pre>{body}</pre></html>"
