"""The report on a campaign calendar: its mix, what it lacks, and what to do better.

``calendar`` reads, ``analysis`` judges, ``page`` shows. The file of the report is written by the
command ``report``.
"""

from prmktml.campaign.advice import Advice
from prmktml.campaign.analysis import Campaign, analyze
from prmktml.campaign.calendar import Calendar, read_calendar
from prmktml.campaign.page import to_html

__all__ = ["Advice", "Calendar", "Campaign", "analyze", "read_calendar", "to_html"]
