from django.urls import path

from worklogs.views import desk

app_name = "worklogs"
urlpatterns = [
    path("desk/", desk.desk, name="desk"),
    path("desk/reply/", desk.reply_to_several, name="reply_to_several"),
    path("month-end/", desk.month_end, name="month_end"),
    path("score-tables/", desk.score_tables, name="score_tables"),
    path("score-tables/<uuid:public_id>/", desk.score_table, name="score_table"),
    path("score-tables/<uuid:public_id>/file/", desk.score_table_file, name="score_table_file"),
    path("<uuid:public_id>/", desk.log, name="log"),
    path("<uuid:public_id>/reply/", desk.reply, name="reply"),
]
