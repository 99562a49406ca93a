"""What is done to units, people and postings."""

from teams.services.access import NotYourPeople, Slip, give_first_passwords, give_password, take_second_factor
from teams.services.company import CompanyRefused, LoadReport, load_company
from teams.services.places import load_places
from teams.services.stand_in import StandInRefused, appoint_stand_in, end_stand_in

__all__ = [
    "CompanyRefused",
    "LoadReport",
    "NotYourPeople",
    "Slip",
    "StandInRefused",
    "appoint_stand_in",
    "end_stand_in",
    "give_first_passwords",
    "give_password",
    "load_company",
    "load_places",
    "take_second_factor",
]
