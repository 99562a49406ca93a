from core.formats import file_format
from teams.sheets import FORMS

file_format("company", "The company", "load_company", FORMS)
