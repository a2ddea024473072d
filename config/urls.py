"""Every address of the product: the desk, the integration's screens, the CAFM's interface, the admin."""

from django.contrib import admin
from django.urls import include, path

from . import health, rights_page, views

handler403 = views.no_permission
handler404 = views.not_found
handler500 = views.broken

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("rights/", rights_page.shown, name="rights"),
    path("account/", include("config.signing_in.urls")),
    path("", include("reconciliation.urls")),
    path("", include("integration.urls")),
    path("api/", include("integration.cafm.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
]
