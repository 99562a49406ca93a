"""The Maven sales pipeline in Muster's file formats, by renaming columns only.

Regional office → regional department, manager → branch with one market department, agent → customer manager; a won deal
is an account opened on its closing day, and its value the gross commission of that month.

    python -m tests.realdata.maven SOURCE TARGET
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

Row = dict[str, str]
SINCE = "2016-10-01"
OFFICES = {"Central": "R1", "East": "R2", "West": "R3"}


def read(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Iterable[Row]) -> Path:
    rows = list(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def surname(manager: str) -> str:
    return manager.rsplit(maxsplit=1)[-1]


def company(source: Path, target: Path) -> Path:
    """Units, people and postings; the folder that `load_company` reads."""
    teams = read(source / "sales_teams.csv")
    managers = {row["manager"]: OFFICES[row["regional_office"]] for row in teams}
    units: list[Row] = [{"code": "MV", "name": "Maven", "kind": "company", "parent": "", "started_on": SINCE}]
    people: list[Row] = []
    postings: list[Row] = []

    def person(number: str, name: str, unit: str, role: str) -> None:
        people.append({"employee_no": number, "name": name, "joined_on": SINCE})
        postings.append({"employee_no": number, "unit": unit, "role": role, "from_on": SINCE})

    for office, code in OFFICES.items():
        units.append({"code": code, "name": office, "kind": "regional_department", "parent": "MV", "started_on": SINCE})
    for manager, region in sorted(managers.items()):
        branch = surname(manager)
        units.append({"code": branch, "name": branch, "kind": "branch", "parent": region, "started_on": SINCE})
        department = {"code": f"{branch}-M", "name": f"{branch} M", "kind": "market_department", "parent": branch}
        units.append({**department, "started_on": SINCE})
        person(f"M-{branch}", manager, f"{branch}-M", "market_manager")
    for agent, row in sorted((row["sales_agent"], row) for row in teams):
        person(agent.replace(" ", "."), agent, f"{surname(row['manager'])}-M", "customer_manager")
    target.mkdir(parents=True, exist_ok=True)
    for name, rows in (("units", units), ("people", people), ("postings", postings)):
        write(target / f"{name}.csv", rows)
    return target


def won(source: Path) -> list[Row]:
    return [row for row in read(source / "sales_pipeline.csv") if row["deal_stage"] == "Won"]


def branch_of_agents(source: Path) -> dict[str, str]:
    return {row["sales_agent"]: surname(row["manager"]) for row in read(source / "sales_teams.csv")}


def openings(source: Path, target: Path) -> Path:
    branch = branch_of_agents(source)
    return write(
        target,
        (
            {
                "open_date": row["close_date"],
                "branch": branch[row["sales_agent"]],
                "client_no": row["account"] or row["opportunity_id"],
                "fund_account": row["opportunity_id"],
                "developer": row["sales_agent"].replace(" ", "."),
            }
            for row in won(source)
        ),
    )


def account_month(source: Path, target: Path, month: str) -> Path:
    return write(
        target,
        (
            {
                "month": month,
                "fund_account": row["opportunity_id"],
                "relation": "developed",
                "employee_no": row["sales_agent"].replace(" ", "."),
                "gross_commission": row["close_value"],
            }
            for row in won(source)
            if row["close_date"].startswith(month)
        ),
    )


if __name__ == "__main__":
    here, there = Path(sys.argv[1]), Path(sys.argv[2])
    company(here, there / "company")
    openings(here, there / "openings.csv")
    account_month(here, there / "account_month-2017-06.csv", "2017-06")
    sys.stdout.write(f"Written to {there}\n")
