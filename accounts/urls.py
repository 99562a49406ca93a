"""Only what is used of the sign-in library has an address; the rest of it is closed."""

from allauth.account import views as account
from django.urls import include, path

from accounts import views

own = [
    path("language/", views.choose_language, name="language"),
    path("security/", views.security_log, name="security_log"),
]

urlpatterns = [
    path("", include((own, "accounts"))),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("signup/", views.closed, name="account_signup"),
]
