"""What is done to units, people and postings."""

from teams.services.company import CompanyRefused, LoadReport, load_company

__all__ = ["CompanyRefused", "LoadReport", "load_company"]
