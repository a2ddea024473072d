"""The CAFM's addresses, all below /api/."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from . import masterdata, views

urlpatterns = [
    path("v1/events", views.EventsView.as_view(), name="api-events"),
    path("v1/events/<path:event_id>", views.EventView.as_view(), name="api-event"),
    *masterdata.urlpatterns,
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^", views.NothingHere.as_view(), name="api-nothing"),
]
