"""The named cast of the tests: one company at fixed dates.

Company 和信证券 (HX): the regional department 华东 (R1) with the branches 人民路 (B1) and 解放路 (B2),
and the branch 滨海 (B9) without any regional department. 人民路 has two market departments; the first of them two areas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from accounts.models import User
from teams.authority import authority_of
from teams.models import Function, Grading, Person, Posting, Role, Unit, UnitKind

TODAY = date(2026, 11, 18)  # a Wednesday in week 2026-W47
SINCE = date(2025, 1, 1)

UNITS = [
    # code, name, kind, parent
    ("HX", "和信证券", UnitKind.COMPANY, None),
    ("HX-MS", "公司市场部", UnitKind.HQ_DEPARTMENT, "HX"),
    ("HX-GO", "经纪业务综合室", UnitKind.HQ_DEPARTMENT, "HX"),
    ("R1", "华东营销管理部", UnitKind.REGIONAL_DEPARTMENT, "HX"),
    ("B1", "人民路营业部", UnitKind.BRANCH, "R1"),
    ("B1M1", "人民路市场一部", UnitKind.MARKET_DEPARTMENT, "B1"),
    ("B1M1A1", "人民路一部东区", UnitKind.AREA, "B1M1"),
    ("B1M1A2", "人民路一部西区", UnitKind.AREA, "B1M1"),
    ("B1M2", "人民路市场二部", UnitKind.MARKET_DEPARTMENT, "B1"),
    ("B2", "解放路营业部", UnitKind.BRANCH, "R1"),
    ("B2M1", "解放路市场部", UnitKind.MARKET_DEPARTMENT, "B2"),
    ("B2M1A1", "解放路南区", UnitKind.AREA, "B2M1"),
    ("B9", "滨海营业部", UnitKind.BRANCH, "HX"),
    ("B9M1", "滨海市场部", UnitKind.MARKET_DEPARTMENT, "B9"),
]
FUNCTIONS = {
    "HX-MS": [Function.MARKET_SUPERVISION, Function.CHANNEL_MANAGEMENT],
    "HX-GO": [Function.GENERAL_OFFICE],
}
PEOPLE = [
    # key, employee number, name, unit, role
    ("cm", "1001", "林小雨", "B1M1A1", Role.CUSTOMER_MANAGER),
    ("cm2", "1002", "陈大文", "B1M1A1", Role.CUSTOMER_MANAGER),
    ("cm_west", "1003", "周敏", "B1M1A2", Role.CUSTOMER_MANAGER),
    ("cm_m2", "1004", "吴昊", "B1M2", Role.CUSTOMER_MANAGER),
    ("am", "1010", "何雅琴", "B1M1A1", Role.AREA_MANAGER),
    ("am_west", "1011", "马骏", "B1M1A2", Role.AREA_MANAGER),
    ("mm", "1020", "郑国强", "B1M1", Role.MARKET_MANAGER),
    ("mm2", "1021", "高洁", "B1M2", Role.MARKET_MANAGER),
    ("clerk", "1030", "许静", "B1", Role.FINANCE_CLERK),
    ("accountant", "1031", "宋玉梅", "B1", Role.CHIEF_ACCOUNTANT),
    ("deputy", "1032", "韩冰", "B1", Role.DEPUTY_BRANCH_MANAGER),
    ("manager", "1033", "唐建国", "B1", Role.BRANCH_MANAGER),
    ("tradeadmin", "1034", "冯丽", "B1", Role.TRADE_ADMINISTRATOR),
    ("sibling_cm", "2001", "邓超然", "B2M1A1", Role.CUSTOMER_MANAGER),
    ("sibling_am", "2010", "曹颖", "B2M1A1", Role.AREA_MANAGER),
    ("sibling_mm", "2020", "彭飞", "B2M1", Role.MARKET_MANAGER),
    ("sibling_clerk", "2030", "曾莉", "B2", Role.FINANCE_CLERK),
    ("sibling_accountant", "2031", "田甜", "B2", Role.CHIEF_ACCOUNTANT),
    ("sibling_manager", "2033", "董明", "B2", Role.BRANCH_MANAGER),
    ("outsider_cm", "9001", "袁浩", "B9M1", Role.CUSTOMER_MANAGER),
    ("outsider_manager", "9033", "潘岳", "B9", Role.BRANCH_MANAGER),
    ("regional", "5001", "蒋文涛", "R1", Role.REGIONAL_MANAGER),
    ("officer", "5002", "蔡明月", "R1", Role.REGIONAL_OFFICER),
    ("market", "6001", "贾思远", "HX-MS", Role.MARKET_OFFICER),
    ("office", "6002", "丁琳", "HX-GO", Role.OFFICE_CLERK),
    ("auditor", "6003", "魏征", "HX", Role.AUDITOR),
]


class Users(dict[str, User]):
    """Users by their key, each with her authority of `TODAY` once somebody asks for her."""

    def __getitem__(self, key: str) -> User:
        user = super().__getitem__(key)
        if not hasattr(user, "authority"):
            user.authority = authority_of(user, TODAY)
        return user


@dataclass
class Cast:
    """`cast.cm` is a user, `cast.unit["B1"]` a unit, `cast.person("cm")` a person."""

    today: date = TODAY
    unit: dict[str, Unit] = field(default_factory=dict)
    user: Users = field(default_factory=Users)

    def __getattr__(self, key: str) -> User:
        try:
            user: User = self.__dict__["user"][key]
            return user
        except KeyError:
            raise AttributeError(key) from None

    def person(self, key: str) -> Person:
        return self.user[key].person

    def as_of(self, key: str, on: date = TODAY) -> User:
        """The user with the authority of that day, as a request would carry it."""
        user = User.objects.get(pk=self.user[key].pk)
        user.authority = authority_of(user, on)
        return user


def build_cast() -> Cast:
    cast = Cast()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('teams_unit', 'id')) FROM generate_series(1, %s)", [len(UNITS)]
        )
        keys = [key for (key,) in cursor.fetchall()]
    for key, (code, name, kind, parent) in zip(keys, UNITS, strict=True):
        above = cast.unit[parent] if parent else None
        path = f"{above.path if above else '/'}{key}/"
        functions = FUNCTIONS.get(code, [])
        cast.unit[code] = Unit(
            pk=key,
            code=code,
            name=name,
            kind=kind,
            parent=above,
            path=path,
            started_on=SINCE,
            functions=functions,
            city="上海",
        )
    Unit.objects.bulk_create(cast.unit.values())
    users = User.objects.bulk_create(
        User(employee_no=number, name=name, phone=f"1390000{number}", email=f"{number}@example.com")
        for _, number, name, _, _ in PEOPLE
    )
    people = Person.objects.bulk_create(
        Person(user=user, joined_on=SINCE, licence_no=f"S{user.employee_no}") for user in users
    )
    Grading.objects.bulk_create(Grading(person=person, grade="J", from_on=SINCE) for person in people)
    Posting.objects.bulk_create(
        Posting(person=person, unit=cast.unit[unit], role=role, from_on=SINCE)
        for person, (_, _, _, unit, role) in zip(people, PEOPLE, strict=True)
    )
    cast.user.update((key, user) for (key, *_), user in zip(PEOPLE, users, strict=True))
    return cast
