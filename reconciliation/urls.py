"""The desk's addresses."""

from django.urls import path

from .views import approvals, case, worklist, workplace

urlpatterns = [
    path("exceptions/", worklist.worklist, name="worklist"),
    path("exceptions/take/", worklist.take_selected, name="take-selected"),
    path("exceptions/<int:pk>/", case.case, name="case"),
    path("exceptions/<int:pk>/history/", case.history, name="case-history"),
    path("exceptions/<int:pk>/<slug:action>/", case.act, name="case-act"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("company/", workplace.choose_company, name="choose-company"),
]
