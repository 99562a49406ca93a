from django.urls import path, register_converter

from core.converters import IsoDate, IsoWeek
from worklogs.views import day, desk, market_reports, month_end, phrases

register_converter(IsoDate, "iso_date")
register_converter(IsoWeek, "iso_week")

app_name = "worklogs"
urlpatterns = [
    path("", day.today, name="today"),
    path("week/", day.week, name="week"),
    path("day/<iso_date:on>/", day.day, name="day"),
    path("day/<iso_date:on>/new/<slug:kind>/", day.new_entry, name="new_entry"),
    path("day/<iso_date:on>/entries/", day.save_entry, name="save_entry"),
    path("day/<iso_date:on>/number/", day.check_number, name="check_number"),
    path("day/<iso_date:on>/brochures/", day.set_brochures, name="set_brochures"),
    path("day/<iso_date:on>/note/", day.write_note, name="write_note"),
    path("day/<iso_date:on>/submit/", day.submit, name="submit"),
    path("entries/<uuid:public_id>/", day.entry, name="entry"),
    path("entries/<uuid:public_id>/remove/", day.remove_entry, name="remove_entry"),
    path("entries/<uuid:public_id>/edit/", day.edit_entry, name="edit_entry"),
    path("day/<iso_date:on>/put-back/", day.put_back, name="put_back"),
    path("prospects/", day.prospects, name="prospects"),
    path("desk/", desk.desk, name="desk"),
    path("desk/reply/", desk.reply_to_several, name="reply_to_several"),
    path("phrases/", phrases.phrases, name="phrases"),
    path("phrases/keep/", phrases.keep_phrases, name="keep_phrases"),
    path("entries/<uuid:public_id>/yes/", desk.say_yes, name="say_yes"),
    path("weeks/", desk.weeks, name="weeks"),
    path("weeks/<str:employee_no>/<iso_week:week>/", desk.member_week, name="member_week"),
    path("month-end/", month_end.month_end, name="month_end"),
    path("month-end/answer/", month_end.answer_month_end, name="answer_month_end"),
    path("score-tables/", desk.score_tables, name="score_tables"),
    path("score-tables/<uuid:public_id>/", desk.score_table, name="score_table"),
    path("market-reports/", market_reports.market_reports, name="market_reports"),
    path("market-reports/write/", market_reports.write, name="write_market_report"),
    path("market-reports/hand-in/", market_reports.hand_in, name="hand_in_market_report"),
    path("market-reports/<uuid:public_id>/", market_reports.market_report, name="market_report"),
    path("market-reports/<uuid:public_id>/comment/", market_reports.comment, name="comment_market_report"),
    path("<uuid:public_id>/", desk.log, name="log"),
    path("<uuid:public_id>/reply/", desk.reply, name="reply"),
]
