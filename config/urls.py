from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path

from core.console import furnish

furnish(admin.site)
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the console has no door of its own

handler500 = "core.views.server_error"
for model in (Authenticator, EmailAddress, Group, UserSession):  # what libraries put there and nobody here tends
    admin.site.unregister(model)

urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("files/", include("documents.urls")),
    path("messages/", include("messaging.urls")),
    path("teams/", include("teams.urls")),
    path("policy/", include("policies.urls")),
    path("approvals/", include("approvals.urls")),
    path("calendar/", include("attendance.urls")),
    path("crm/", include("crm.urls")),
    path("logs/", include("worklogs.urls")),
    path("supervision/", include("supervision.urls")),
    path("pay/", include("compensation.urls")),
    path("archive/", include("archives.urls")),
    path("", include("portal.urls")),
]
