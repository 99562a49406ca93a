from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo
import pytest
from worklogs import services
from worklogs.models import Reply, WorkLog
from tests.cast import TODAY

pytestmark = pytest.mark.browser


def at(h, on=TODAY):
    return datetime(on.year, on.month, on.day, h, tzinfo=ZoneInfo("Asia/Shanghai"))


def fill(cast, user, on, plan, brochures, names="王李张赵刘陈杨黄周吴"):
    n = 0
    for kind, k in plan.items():
        for i in range(k):
            n += 1
            services.save_entry(
                person=user.person,
                on=on,
                kind=kind,
                name=f"{names[(n + on.day) % 10]}{'女士' if n % 2 else '先生'}",
                phone=f"138{on.day:02}{n:02}{int(user.employee_no):04}",
                actor=user,
                now=at(10 + n // 3, on),
                note="柜台咨询基金" if n == 1 else "",
            )
    services.set_brochures(person=user.person, on=on, quantity=brochures, actor=user, now=at(16, on))


def test_look(site, committed, session_of):
    cast = committed
    fill(cast, cast.cm2, TODAY, {"prospect": 1}, 0)
    mon, tue = TODAY - timedelta(2), TODAY - timedelta(1)
    fill(cast, cast.cm, mon, {"prospect": 3, "appointment": 1, "prospect_call": 5, "client_call": 4}, 60)
    fill(cast, cast.cm, tue, {"prospect": 2, "appointment": 1, "prospect_call": 3, "client_call": 2}, 40)
    for d in (mon, tue):
        services.submit_log(person=cast.cm.person, on=d, now=at(18, d))
    log = WorkLog.objects.get(person=cast.cm.person, on=tue)
    Reply.objects.create(
        log=log, author=cast.am, text="回访数量够了，下午多跑一个约访。周四一起去工行网点。", at=at(20, tue)
    )
    WorkLog.objects.filter(pk=log.pk).update(replied=True)
    fill(cast, cast.cm, TODAY, {"prospect": 2, "appointment": 1, "prospect_call": 3, "client_call": 2}, 35)
    services.save_entry(
        person=cast.cm.person,
        on=TODAY,
        kind="prospect",
        name="钱女士",
        phone=f"138{TODAY.day:02}011002",
        actor=cast.cm,
        now=at(12),
    )
    cookie = session_of(cast.cm)
    wrong = {}
    for width, theme in ((390, "light"), (390, "dark"), (1440, "light"), (1440, "dark"), (360, "light")):
        with site.visiting(cookie=cookie, width=width, theme=theme) as v:
            for name, path in (
                ("today", "/logs/"),
                ("form", f"/logs/day/{TODAY}/new/client_call/"),
                ("replied", f"/logs/day/{tue}/"),
                ("off", f"/logs/day/2026-11-15/"),
                ("closed", "/logs/day/2026-11-04/"),
                ("week", "/logs/week/"),
                ("cal", "/calendar/"),
            ):
                v.go(site.url + path)
                if name == "today":
                    v.page.evaluate("() => document.querySelectorAll('.explain').forEach(e => e.open=true)")
                v.page.screenshot(path=f"/tmp/look/{name}-{width}-{theme}.png", full_page=True)
                bad = v.everything_wrong()
                if bad:
                    wrong[(name, width, theme)] = bad
            if width == 390:
                v.go(site.url + "/logs/")
                v.page.click("#tile-prospect")
                v.page.wait_for_selector("#entry-form")
                assert v.page.evaluate("document.activeElement.name") == "phone"
                v.page.keyboard.type(f"138{TODAY.day:02}011002")
                v.page.wait_for_selector("#number-note p")
                v.page.screenshot(path=f"/tmp/look/typing-{width}-{theme}.png")
                v.page.fill("[name=phone]", "12")
                v.page.fill("[name=name]", "孙")
                v.page.click("#entry-form .btn-primary")
                v.page.wait_for_selector(".number-note.bad")
                v.page.screenshot(path=f"/tmp/look/refused-{width}-{theme}.png")
                v.page.fill("[name=phone]", f"13911110{'1' if theme == 'light' else '2'}00")
                v.page.fill("[name=name]", "孙先生")
                v.page.click("#entry-form .btn-primary")
                v.page.wait_for_selector(".notices")
                v.page.screenshot(path=f"/tmp/look/saved-{width}-{theme}.png")
                print(v.complaints)
    for k, b in wrong.items():
        print(k)
        [print("   ", x) for x in b]
