"""What is done to units, people and postings."""

from teams.services.company import CompanyRefused, LoadReport, load_company
from teams.services.stand_in import StandInRefused, appoint_stand_in, end_stand_in

__all__ = ["CompanyRefused", "LoadReport", "StandInRefused", "appoint_stand_in", "end_stand_in", "load_company"]
