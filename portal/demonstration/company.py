"""The people of the demonstration: 衡远证券, two regional departments, six branches, 170 people.

Everything is told relative to a day, so the story is always fresh. The tables have the shape `load_company` reads.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from faker import Faker

from core.periods import Month, Week

Row = dict[str, str]
SEED = 20261


@dataclass(frozen=True)
class BranchPlan:
    code: str
    name: str
    city: str
    parent: str
    local: bool
    areas: tuple[int, ...]  # how many areas each market department has
    in_preparation: bool = False


# The places that the story is about.
HOME, SECOND, THIRD, FOURTH = "B01", "B02", "B03", "B04"  # branches, by how far the last month has come
DEPARTMENT, EAST, WEST = "B01M1", "B01M1A1", "B01M1A2"  # the first department of the first branch, and its areas
SOUTH = "B01M1A3"
MOVED_TO, LEFT_FROM = "B01M2A1", "B01M2A2"

BRANCHES = (
    BranchPlan(HOME, "上海人民路营业部", "上海", "R1", True, (3, 3)),
    BranchPlan(SECOND, "上海延安路营业部", "上海", "R1", True, (3, 3)),
    BranchPlan(THIRD, "杭州庆春路营业部", "杭州", "R1", False, (3,)),
    BranchPlan(FOURTH, "广州天河营业部", "广州", "R2", True, (3, 3)),
    BranchPlan("B05", "广州琶洲营业部", "广州", "R2", True, (1,), in_preparation=True),
    BranchPlan("B06", "成都红星路营业部", "成都", "HY", True, (2,)),
)
BANKS = (
    ("ICBC", "工商银行", "yes"),
    ("CCB", "建设银行", "yes"),
    ("ABC", "农业银行", "yes"),
    ("BOC", "中国银行", "no"),
    ("BCM", "交通银行", "no"),
    ("CMB", "招商银行", "no"),
)
MANY = 400  # beyond so many people, two may share a name
STREETS = [
    "新华",
    "中山",
    "解放",
    "建国",
    "长江",
    "黄河",
    "文化",
    "和平",
    "朝阳",
    "东湖",
    "南湖",
    "西湖",
    "北苑",
    "龙泉",
    "金桥",
    "银杏",
    "桂花",
    "海棠",
    "梧桐",
    "松江",
    "徐汇",
    "静安",
    "越秀",
    "海珠",
    "荔湾",
    "锦江",
]
ORDINALS = "一二三四五六七八九"
DIRECTIONS = ("东", "西", "南", "北")
BRANCH_POSTS = (
    "branch_manager",
    "deputy_branch_manager",
    "chief_accountant",
    "finance_clerk",
    "trade_administrator",
    "attendance_recorder",
)
HEAD_OFFICE = (
    ("HY-MS", "market_officer"),
    ("HY-MS", "market_officer"),
    ("HY-MS", "channel_officer"),
    ("HY-GO", "office_clerk"),
    ("HY", "vice_president"),
    ("HY", "auditor"),
)
REGIONS = {"R1": ("华东营销管理部", "上海"), "R2": ("华南营销管理部", "广州"), "R3": ("西部营销管理部", "成都")}


@dataclass(frozen=True)
class Size:
    """How large the company is, and how much of its past is told."""

    branches: tuple[BranchPlan, ...]
    people: int
    outlets: int
    months: int = 3  # full months before this one
    days: int | None = None  # tell only the last so many days of work logs


def many_branches() -> tuple[BranchPlan, ...]:
    """Twelve branches of nine market departments with four areas each, in three regional departments."""
    cities = ("上海", "杭州", "南京", "苏州", "广州", "深圳", "厦门", "福州", "成都", "重庆", "武汉", "长沙")
    return tuple(
        BranchPlan(f"B{n + 1:02}", f"{city}{STREETS[n]}路营业部", city, f"R{n // 4 + 1}", n % 4 == 0, (4,) * 9)
        for n, city in enumerate(cities)
    )


@dataclass
class Seller:
    """A customer manager and how she works: `drive` scales activity and openings (1 = usual)."""

    employee_no: str
    name: str
    area: str
    branch: str
    drive: float
    joined_on: date
    left_on: date | None = None
    outlet: str = ""
    is_active: bool = True  # not yet where the branch is still in preparation


@dataclass
class Company:
    today: date
    size: Size
    units: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    banks: list[Row] = field(default_factory=list)
    outlets: list[Row] = field(default_factory=list)
    outlet_postings: list[Row] = field(default_factory=list)
    targets: list[Row] = field(default_factory=list)
    sellers: list[Seller] = field(default_factory=list)
    leaders: dict[tuple[str, str], str] = field(default_factory=dict)  # (unit, role) → employee number

    @cached_property
    def months(self) -> list[Month]:
        """The full months before this one, oldest first, and this one."""
        months = [Month(self.today)]
        for _ in range(self.size.months):
            months.insert(0, months[0].previous())
        return months

    @property
    def story_begins(self) -> date:
        if self.size.days is not None:
            return self.today - timedelta(days=self.size.days)
        return self.months[0].first

    def tables(self) -> dict[str, list[Row]]:
        names = ("units", "people", "postings", "banks", "outlets", "outlet_postings", "targets")
        return {name: getattr(self, name) for name in names}


class Founding:
    """Writes the tables, in an order that random numbers from a fixed seed make the same each time."""

    def __init__(self, today: date, size: Size) -> None:
        self.size = size
        self.company = Company(today, size)
        self.random = random.Random(SEED)
        self.names = Faker("zh_CN")
        self.names.seed_instance(SEED)
        self.since = Month(today).first - timedelta(days=900)
        self.number = 10000
        self.taken: set[str] = set()

    def found(self) -> Company:
        self.raise_units()
        self.appoint_heads()
        self.appoint_branches()
        self.hire_sellers()
        self.open_outlets()
        self.set_targets()
        self.tell_the_story()
        return self.company

    def unit(self, code: str, name: str, kind: str, parent: str = "", **more: str) -> None:
        row = {"code": code, "name": name, "kind": kind, "parent": parent, "city": "", "local": "yes"}
        self.company.units.append(
            {**row, "started_on": self.since.isoformat(), "closed_on": "", "functions": "", **more}
        )

    def raise_units(self) -> None:
        self.unit("HY", "衡远证券", "company", city="上海")
        self.unit("HY-MS", "公司市场部", "hq_department", "HY", functions="market_supervision;channel_management")
        self.unit("HY-GO", "经纪业务综合室", "hq_department", "HY", functions="general_office")
        for code in sorted({branch.parent for branch in self.size.branches} & set(REGIONS)):
            name, city = REGIONS[code]
            self.unit(code, name, "regional_department", "HY", city=city)
        for branch in self.size.branches:
            start = {"started_on": ""} if branch.in_preparation else {}
            local = "yes" if branch.local else "no"
            self.unit(branch.code, branch.name, "branch", branch.parent, city=branch.city, local=local, **start)
            for n, areas in enumerate(branch.areas):
                department = f"{branch.code}M{n + 1}"
                name = f"{branch.name.removesuffix('营业部')}市场{ORDINALS[n]}部"
                self.unit(department, name, "market_department", branch.code, city=branch.city, **start)
                for a in range(areas):
                    area = f"{name.removesuffix('部')}部{DIRECTIONS[a]}区"
                    self.unit(f"{department}A{a + 1}", area, "area", department, city=branch.city, **start)

    def hire(
        self, unit: str, role: str, *, engagement: str = "employee", grade: str = "", joined: date | None = None
    ) -> str:
        self.number += 1
        name = next(name for name in iter(self.names.name, None) if name not in self.taken or len(self.taken) > MANY)
        self.taken.add(name)
        number, joined = str(self.number), joined or self.since
        licence = {
            "licence_no": f"S{self.number:09}",
            "licence_until": (self.company.today + timedelta(days=500)).isoformat(),
        }
        self.company.people.append(
            {
                "employee_no": number,
                "name": name,
                "phone": f"139{self.number:08}",
                "email": f"{number}@hengyuan.example",
                "engagement": engagement,
                "grade": grade,
                "joined_on": joined.isoformat(),
                "left_on": "",
                **(licence if role == "customer_manager" else {"licence_no": "", "licence_until": ""}),
            }
        )
        self.post(number, unit, role, joined)
        self.company.leaders.setdefault((unit, role), number)
        return number

    def post(self, number: str, unit: str, role: str, start: date, end: date | None = None) -> None:
        self.company.postings.append(
            {
                "employee_no": number,
                "unit": unit,
                "role": role,
                "from_on": start.isoformat(),
                "to_on": end.isoformat() if end else "",
            }
        )

    def appoint_heads(self) -> None:
        for unit, role in HEAD_OFFICE:
            self.hire(unit, role)
        for unit in [u["code"] for u in self.company.units if u["kind"] == "regional_department"]:
            self.hire(unit, "regional_manager")
            self.hire(unit, "regional_officer")

    def appoint_branches(self) -> None:
        for branch in self.size.branches:
            for role in BRANCH_POSTS:
                self.hire(branch.code, role)
            for n, areas in enumerate(branch.areas):
                department = f"{branch.code}M{n + 1}"
                self.hire(department, "market_manager")
                for a in range(areas):
                    self.hire(f"{department}A{a + 1}", "area_manager")

    def hire_sellers(self) -> None:
        areas = [u["code"] for u in self.company.units if u["kind"] == "area" and u["started_on"]]
        prepared = [u["code"] for u in self.company.units if u["kind"] == "area" and not u["started_on"]] * 2
        left = self.size.people - len(self.company.people)
        places = [areas[n % len(areas)] for n in range(left - len(prepared))] + prepared
        for n, area in enumerate(places):
            engagement = "part_time" if n % 29 == 11 else "broker_agent" if n % 31 == 17 else "employee"
            drive = self.random.choice((0.45, 0.7, 0.85, 1, 1, 1.1, 1.25, 1.5))
            grade = self.random.choice("TJJJIISP") if drive >= 0.7 else self.random.choice("TTJ")
            joined = self.since + timedelta(days=self.random.randrange(0, 700))
            number = self.hire(area, "customer_manager", engagement=engagement, grade=grade, joined=joined)
            seller = Seller(number, self.company.people[-1]["name"], area, area[:3], drive, joined)
            seller.is_active = area not in prepared
            self.company.sellers.append(seller)

    def open_outlets(self) -> None:
        for code, name, key in BANKS:
            self.company.banks.append(
                {
                    "code": code,
                    "name": name,
                    "key": key,
                    "head_name": self.names.name(),
                    "head_phone": f"138{self.random.randrange(10**8):08}",
                }
            )
        areas = sorted({seller.area for seller in self.company.sellers})
        cities = {branch.code: branch.city for branch in self.size.branches}
        for n in range(self.size.outlets):
            bank, area = BANKS[n % len(BANKS)], areas[n % len(areas)]
            city = cities[area[:3]]
            self.company.outlets.append(
                {
                    "code": f"W{n + 1:04}",
                    "name": f"{bank[1]}{city}{STREETS[n % len(STREETS)]}路支行",
                    "bank": bank[0],
                    "unit": area,
                    "opens": "09:00",
                    "closes": "17:00",
                    "contact": self.names.name(),
                    "phone": f"137{self.random.randrange(10**8):08}",
                }
            )
        by_area: dict[str, list[str]] = {}
        for outlet in self.company.outlets:
            by_area.setdefault(outlet["unit"], []).append(outlet["code"])
        for seller in self.company.sellers:
            near = by_area[seller.area]
            seller.outlet = self.random.choice(near)
            start = max(seller.joined_on, self.since).isoformat()
            self.company.outlet_postings.append(
                {"employee_no": seller.employee_no, "outlet": seller.outlet, "from_on": start, "to_on": ""}
            )

    def set_targets(self) -> None:
        counts: dict[str, int] = {}
        for seller in self.company.sellers:
            counts[seller.branch] = counts.get(seller.branch, 0) + 1
            department = seller.area[:5]
            counts[department] = counts.get(department, 0) + 1
        for month in self.company.months:
            for unit, sellers in sorted(counts.items()):
                self.target(month, "openings", sellers * 9, unit=unit)
            for seller in self.company.sellers:
                self.target(month, "openings", 9, employee_no=seller.employee_no)
                self.target(month, "net_commission", 12000, employee_no=seller.employee_no)
                self.target(month, "net_assets", 400000, employee_no=seller.employee_no)

    def target(self, month: Month, measure: str, value: int, *, unit: str = "", employee_no: str = "") -> None:
        self.company.targets.append(
            {"unit": unit, "employee_no": employee_no, "month": month.code, "measure": measure, "value": str(value)}
        )

    def tell_the_story(self) -> None:
        """Two transfers, a leaver three weeks ago, a quiet seller who has fallen behind."""
        company = self.company
        second, last = (company.months[-3], company.months[-2]) if len(company.months) > 2 else (company.months[0],) * 2
        self.transfer(WEST, MOVED_TO, second.first + timedelta(days=14))
        if any(seller.area == SOUTH for seller in company.sellers):
            self.transfer(SOUTH, WEST, last.first + timedelta(days=9))
        leaver = next(s for s in company.sellers if s.area == LEFT_FROM)
        leaver.left_on = Week(company.today - timedelta(days=21)).first
        next(p for p in company.people if p["employee_no"] == leaver.employee_no)["left_on"] = (
            leaver.left_on.isoformat()
        )
        self.end_posting(leaver.employee_no, leaver.left_on)
        next(s for s in company.sellers if s.area == EAST).drive = 1.3
        next(s for s in reversed(company.sellers) if s.area == EAST).drive = 0.15

    def transfer(self, area: str, to: str, on: date) -> None:
        """The first seller of an area goes on to another one of the same branch; what she did before stays there."""
        mover = next(seller for seller in self.company.sellers if seller.area == area)
        self.end_posting(mover.employee_no, on)
        self.post(mover.employee_no, to, "customer_manager", on)

    def end_posting(self, number: str, on: date) -> None:
        posting = next(p for p in self.company.postings if p["employee_no"] == number)
        posting["to_on"] = on.isoformat()


SIZES = {
    "small": Size(BRANCHES, people=170, outlets=70),
    "month-end": Size(many_branches(), people=5200, outlets=1400, months=1, days=5),
}


def found_company(today: date, size: Size = SIZES["small"]) -> Company:
    """The demonstration's people and places as they stand on `today`."""
    return Founding(today, size).found()
