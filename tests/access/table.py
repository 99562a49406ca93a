"""Who gets what at which address: the one table, tried in full by `test_access.py`.

One line per address and method. `may` names those who get `then`; `sees` those within whose sight the thing lies but who
lack the power (403); for everybody else a thing named by `of` does not exist (404), and a page without a thing is
refused (403). A method without a line answers 405. Names are keys of the cast (`tests/cast.py`); what `of` names is
built by `objects.py` and belongs to 林小雨 (`cm`), her area, her department or the branch B1.

A new address needs a line here, and a builder in `objects.py` if it takes a parameter; until then the build fails.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from compensation.models import PayRun, Stage
from tests.cast import PEOPLE, TODAY, Cast

EVERYBODY = " ".join(key for key, *_ in PEOPLE)
# Groups of the cast, as seen from 林小雨.
TEAM = "cm cm2"
LEADERS = "am mm"
BRANCH = "deputy manager"
FINANCE = "clerk accountant"
REGION = "regional officer"
HEAD_OFFICE = "market auditor"


@dataclass(frozen=True)
class Line:
    name: str
    method: str
    may: str
    sees: str = ""
    of: str = ""
    then: int = 200
    send: Mapping[str, Any] | Callable[[Cast], Mapping[str, Any]] = field(default_factory=dict)
    anonymous: int = 302  # to the sign-in page
    given: Mapping[str, Any] = field(default_factory=dict)  # parts of the address that name no thing, such as a day
    is_page: bool = False  # walked in Chromium, and its queries counted
    walked_by: str = ""  # by whom, where the first and the last of those who may do not see all kinds of it

    @property
    def viewers(self) -> list[str]:
        may = self.may.split()
        return self.walked_by.split() or list(dict.fromkeys((may[0], may[-1])))

    def arguments(self, things: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The arguments of the address, its thing taken from `things`."""
        return {**(things[self.of] if self.of else {}), **self.given}


def page(name: str, may: str = EVERYBODY, *, of: str = "", sees: str = "", **more: Any) -> Line:
    """A page for people."""
    return Line(name, "GET", may, sees, of, is_page=True, **more)


def part(name: str, may: str = EVERYBODY, *, of: str = "", sees: str = "", **more: Any) -> Line:
    """What htmx fetches into a page, a file to download, an answer for machines."""
    return Line(name, "GET", may, sees, of, **more)


def verb(name: str, may: str = EVERYBODY, *, of: str = "", sees: str = "", then: int = 302, **more: Any) -> Line:
    """Something done: a POST, answered by a redirect unless said otherwise (`send` is the form)."""
    return Line(name, "POST", may, sees, of, then, **more)


def stand_in_form(cast: Cast) -> dict[str, Any]:
    absent = cast.person("am").postings.get()
    return {"absent": absent.public_id, "employee_no": "1002", "from_on": cast.today, "last_on": cast.today}


def seen_digest(cast: Cast) -> dict[str, Any]:
    return {"seen_digest": PayRun.objects.get().digest}


def first_signature(cast: Cast) -> dict[str, Any]:
    return seen_digest(cast) | {"stage": Stage.CHIEF_ACCOUNTANT.value}


PORTAL = [
    page("portal:home", walked_by="cm am mm manager clerk deputy regional market office tradeadmin auditor"),
    page("portal:menu"),
    page("portal:search"),
    page("portal:trail", "auditor"),
    page("portal:verification", "auditor"),
    verb("portal:verify", "auditor"),
    part("portal:healthz", anonymous=200),
    part("portal:readyz", anonymous=200),
]
ACCOUNTS = [
    verb("accounts:language", send={"language": "zh-hant"}, anonymous=302),
    page("accounts:security_log", "auditor"),
]
LOGGED = "manager regional market auditor"
MESSAGES = [
    page("messaging:inbox"),
    page("messaging:message", "cm", of="message"),
    page("messaging:subject", "cm", of="message"),
    verb("messaging:read_all"),
    page("messaging:sending_log", f"{LOGGED} sibling_manager outsider_manager"),
    page("messaging:sending", LOGGED, of="message", sees="cm"),
    verb("messaging:resend", "manager regional market", of="unknown message", sees="cm auditor"),
    verb("messaging:take_as_sent", "manager regional market", of="unknown message", sees="cm auditor"),
]

ANSWERING = "am mm manager regional"
READING = "deputy officer market auditor"
OTHER_ANSWERING = "am_west mm2 sibling_am sibling_mm sibling_manager outsider_manager"
MANAGING = "mm mm2 sibling_mm"
WRITING = "cm cm2 cm_west cm_m2 sibling_cm outsider_cm"
A_DAY = {"on": TODAY}
ENTRY = {"kind": "prospect", "phone": "13900000001", "name": "王女士"}
LOGS = [
    page("worklogs:today", WRITING),
    page("worklogs:week", WRITING),
    page("worklogs:day", WRITING, given=A_DAY),
    page("worklogs:new_entry", WRITING, given={**A_DAY, "kind": "prospect"}),
    verb("worklogs:save_entry", WRITING, given=A_DAY, send=ENTRY),
    verb("worklogs:check_number", WRITING, given=A_DAY, send=ENTRY, then=200),
    verb("worklogs:set_brochures", WRITING, given=A_DAY, send={"quantity": "50"}),
    verb("worklogs:write_note", WRITING, given=A_DAY, send={"note": "好"}),
    verb("worklogs:submit", WRITING, given=A_DAY, then=422),  # nothing is written yet
    page("worklogs:entry", "cm", of="log_entry", sees=f"{ANSWERING} {READING}"),
    verb("worklogs:remove_entry", "cm", of="log_entry", sees=f"{ANSWERING} {READING}"),
    verb("worklogs:edit_entry", "cm", of="log_entry", sees=f"{ANSWERING} {READING}", then=422),  # nothing is typed
    verb("worklogs:put_back", WRITING, given=A_DAY),
    page("worklogs:prospects", WRITING),
    page("worklogs:desk", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    verb("worklogs:reply_to_several", f"{ANSWERING} {OTHER_ANSWERING}", then=422),  # none is chosen
    page("worklogs:phrases", f"{ANSWERING} {OTHER_ANSWERING}"),
    verb("worklogs:keep_phrases", f"{ANSWERING} {OTHER_ANSWERING}", send={"text": "好"}),
    verb("worklogs:say_yes", ANSWERING, of="log_entry", sees=f"cm {READING}"),
    page("worklogs:weeks", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    page("worklogs:member_week", f"cm {ANSWERING} {READING}", of="week_score"),
    page("worklogs:month_end", MANAGING),
    verb("worklogs:answer_month_end", MANAGING, then=422),  # none is chosen
    page("worklogs:score_tables", f"{ANSWERING} {READING} {OTHER_ANSWERING}"),
    page("worklogs:score_table", f"am_west {ANSWERING} {READING}", of="score_table"),
    part("worklogs:score_table_file", f"am_west {ANSWERING} {READING}", of="score_table"),
    page("worklogs:log", f"cm {ANSWERING} {READING}", of="work_log"),
    verb("worklogs:reply", ANSWERING, of="work_log", sees=f"cm {READING}", send={"text": "好"}),
]

APPOINTING = "mm manager regional market"
BRANCH_STAFF = "clerk accountant deputy tradeadmin"
AROUND = "officer office auditor"
TEAMS = [
    page("teams:units"),
    page("teams:unit", f"cm cm2 am {BRANCH_STAFF} {AROUND} {APPOINTING}", of="area"),
    page("teams:person", f"cm am {BRANCH_STAFF} {AROUND} {APPOINTING}", of="person"),
    page("teams:stand_in", APPOINTING, of="area", sees=f"cm cm2 am {BRANCH_STAFF} {AROUND}"),
    verb("teams:appoint", APPOINTING, of="area", sees=f"cm cm2 am {BRANCH_STAFF} {AROUND}", send=stand_in_form),
    verb("teams:end_stand_in", APPOINTING, of="stand_in", sees=f"cm2 am {BRANCH_STAFF} {AROUND}"),
]
GIVING_PASSWORDS = "clerk tradeadmin market"
NO_PASSWORDS = f"cm am mm accountant deputy manager regional {AROUND}"
REASON = {"reason": "忘记密码，本人到场"}
TEAMS += [
    page("teams:access", GIVING_PASSWORDS, of="person", sees=NO_PASSWORDS),
    verb("teams:give_password", GIVING_PASSWORDS, of="person", sees=NO_PASSWORDS, then=200, send=REASON),
    verb("teams:take_second_factor", GIVING_PASSWORDS, of="person", sees=NO_PASSWORDS, send=REASON),
    page("teams:first_passwords", GIVING_PASSWORDS, of="area", sees=f"cm2 {NO_PASSWORDS}"),
    verb("teams:give_first_passwords", GIVING_PASSWORDS, of="area", sees=f"cm2 {NO_PASSWORDS}", then=200, send=REASON),
]
CALLING = "regional officer market"
NOT_RANKED = "office"
SUPERVISION = [
    page("supervision:lists"),
    page("supervision:list", f"cm am mm {BRANCH} {REGION} {HEAD_OFFICE}", of="reminder_list"),
    page("supervision:ranking", " ".join(key for key in EVERYBODY.split() if key != NOT_RANKED)),
    page("supervision:calls", f"{CALLING} manager sibling_manager outsider_manager"),
    page("supervision:call", CALLING, of="call"),
    verb("supervision:record_call", CALLING, of="call", send={"result": "not_reached"}),
]

SEEING_RULES = (
    "am mm clerk accountant deputy manager regional officer market auditor am_west mm2 "
    "sibling_am sibling_mm sibling_clerk sibling_accountant sibling_manager outsider_manager"
)
WITHOUT_RULES = "cm cm2 cm_west cm_m2 tradeadmin sibling_cm outsider_cm office"
BELOW_BRANCH = "am am_west mm mm2 clerk accountant deputy officer auditor"
NEW_VALUE = {"value": "25", "from_on": "2026-12-01", "source": "x"}
POLICIES = [
    page("policies:overview", SEEING_RULES),
    page("policies:parameter", SEEING_RULES, of="parameter", sees=WITHOUT_RULES),
    verb(
        "policies:set_value",
        "manager regional market",
        of="parameter_of_branch",
        sees=f"{BELOW_BRANCH} {WITHOUT_RULES}",
        send=NEW_VALUE,
    ),
    verb(
        "policies:withdraw",
        "manager regional market",
        of="parameter_value",
        sees=f"{BELOW_BRANCH} cm cm2 cm_west cm_m2 tradeadmin office",
    ),
]


PAY = "clerk accountant deputy manager auditor"
SIGNING = "accountant deputy manager"
OTHER_PAY = "sibling_clerk sibling_accountant sibling_manager outsider_manager"
PERSON_MONTH = {
    "complaints": 0,
    "client_cost": 0,
    "attendance_deduction": 0,
    "social_insurance": 0,
    "income_tax": 0,
}
PLAN_SEEN = "am mm clerk accountant deputy manager regional officer market auditor am_west mm2"
NOT_RECORDING = "am mm accountant deputy regional officer auditor am_west mm2"
APPROVAL = {"approved_by": "渠道管理部", "approval_ref": "渠道〔2026〕9号", "approved_on": "2026-11-01"}
ENDING = {"ends_on": "2026-12-01", "reason": "另有新方案"}
COMPENSATION = [
    page("compensation:runs", f"{PAY} {OTHER_PAY} office"),
    page("compensation:run", PAY, of="pay_run"),
    verb("compensation:review", "clerk", of="pay_draft", sees=f"{SIGNING} auditor", send=seen_digest),
    verb("compensation:sign", "accountant", of="pay_run", sees="clerk deputy manager auditor", send=first_signature),
    verb("compensation:reject", SIGNING, of="pay_run", sees="clerk auditor", send={"reason": "扣款漏了"}),
    page("compensation:slips"),
    page("compensation:slip", f"cm {PAY}", of="pay_slip"),
    page("compensation:slip_rows", f"cm {PAY}", of="pay_slip_rows"),
    verb("compensation:ask", "cm", of="pay_slip", sees=PAY, send={"text": "为什么？"}),
    page("compensation:questions"),
    verb("compensation:answer", "clerk", of="pay_question", sees=f"cm {SIGNING} auditor", send={"answer": "因为。"}),
    page("compensation:detail", PAY, of="pay_month"),
    verb("compensation:accept", "clerk", of="pay_month", sees=f"{SIGNING} auditor"),
    verb("compensation:draft", "clerk", of="pay_month", sees=f"{SIGNING} auditor"),
    page("compensation:plans", SEEING_RULES),
    page("compensation:plan", PLAN_SEEN, of="approved_plan"),
    verb("compensation:record_approval", "clerk manager market", of="open_plan", sees=NOT_RECORDING, send=APPROVAL),
    verb("compensation:withdraw_approval", "clerk manager market", of="approved_plan", sees=NOT_RECORDING, send=ENDING),
    verb("compensation:send_back", "clerk", of="pay_detail", sees=f"cm {SIGNING} auditor", send={"reason": "少一户"}),
    page("compensation:detail_rows", f"cm {PAY}", of="pay_detail_rows"),
    page("compensation:entry", "clerk", of="pay_entry", sees=f"{SIGNING} auditor"),
    verb("compensation:record_entry", "clerk", of="pay_entry", sees=f"{SIGNING} auditor", send=PERSON_MONTH),
]

CALENDAR = [
    page("attendance:calendar"),
    verb("attendance:set_day", "market", send={"on": "2026-11-20", "name": "台风停工"}),
    verb("attendance:clear_day", "market", send={"on": "2026-11-20"}),
    verb("attendance:settle_year", "market", send={"year": "2031", "source": "国办发明电"}),
    verb("attendance:import_days", "market", then=422),  # no file
]

IMPORTERS = f"{FINANCE} tradeadmin market"
OTHER_IMPORTERS = "sibling_clerk sibling_accountant"
SEE_BRANCH = f"{BRANCH} {REGION} office auditor"
CRM = [
    page("crm:imports", f"{IMPORTERS} {OTHER_IMPORTERS}"),
    verb("crm:upload", f"{IMPORTERS} {OTHER_IMPORTERS}", then=422),
    page("crm:import", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    part("crm:template", f"{IMPORTERS} {OTHER_IMPORTERS}", given={"kind": "openings"}),
    part("crm:progress", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    part("crm:remarks", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    verb("crm:take", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
    verb("crm:tell_apart", IMPORTERS, of="crm_import", sees=SEE_BRANCH, then=422),  # no reason
    verb("crm:revert", IMPORTERS, of="crm_import", sees=SEE_BRANCH),
]

ARCHIVES = [
    page("archives:documents", f"{PAY} {OTHER_PAY} office"),
    page("archives:document", f"{PAY} office", of="document"),
    part("documents:download", f"{PAY} office", of="stored_file"),
    verb("archives:file_run", "clerk accountant deputy manager", of="signed_run", sees="auditor"),
]

TABLE: list[Line] = [
    *PORTAL,
    *ACCOUNTS,
    *MESSAGES,
    *TEAMS,
    *POLICIES,
    *CALENDAR,
    *CRM,
    *LOGS,
    *SUPERVISION,
    *COMPENSATION,
    *ARCHIVES,
]

# What third parties bring along. Of the sign-in pages only the status for a visitor and for a signed-in person is ours
# to promise: (visitor, signed in).
SIGN_IN: dict[str, tuple[int, int]] = {
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_inactive": (200, 200),
    "account_reauthenticate": (302, 200),
    "account_change_password": (302, 200),
    "account_set_password": (302, 302),
    "account_signup": (404, 404),  # people are entered with their posting, never by themselves
    "mfa_index": (302, 200),
    "mfa_authenticate": (302, 302),
    "mfa_reauthenticate": (302, 302),
    "mfa_activate_totp": (302, 302),
    "mfa_deactivate_totp": (302, 404),
    "mfa_view_recovery_codes": (302, 404),
    "mfa_generate_recovery_codes": (302, 302),
    "mfa_download_recovery_codes": (302, 404),
    "usersessions_list": (302, 200),
}
# The console is for those with the power (`open_console`); everybody else is refused, a visitor signs in first.
CONSOLE = "admin:"
