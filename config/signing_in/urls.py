"""The addresses of one's own account, and of signing in with Entra ID. Signing up is not among them."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.urls import include, path
from django.views.generic import RedirectView

from config import views

urlpatterns = [
    path("login/", RedirectView.as_view(pattern_name="sign-in", query_string=True), name="account_login"),
    path("logout/", views.SignOut.as_view(), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("second-factor/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("failed/", social.login_error, name="socialaccount_login_error"),
    path("signup/", social.signup, name="socialaccount_signup"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
]
