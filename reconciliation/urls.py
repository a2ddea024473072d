"""The desk's addresses."""

from django.urls import path

from .views import (
    approvals,
    away,
    boards,
    case,
    exports,
    matching_rules,
    one_tap,
    saved_filters,
    several,
    trials,
    worklist,
    workplace,
)

urlpatterns = [
    path("exceptions/", worklist.worklist, name="worklist"),
    path("exceptions/take/", worklist.take_selected, name="take-selected"),
    path("exceptions/filters/", saved_filters.save, name="save-filter"),
    path("exceptions/filters/<int:pk>/forget/", saved_filters.forget, name="forget-filter"),
    path("exceptions/export/", exports.ask, name="export"),
    path("exceptions/exports/", exports.exports, name="exports"),
    path("exceptions/exports/<int:pk>.csv", exports.fetch, name="fetch-export"),
    path("exceptions/several/", several.preview, name="several"),
    path("exceptions/several/do/", several.act, name="several-do"),
    path("exceptions/several/undo/", several.undo, name="several-undo"),
    path("exceptions/undo/", case.undo, name="undo"),
    path("exceptions/<int:pk>/", case.case, name="case"),
    path("exceptions/<int:pk>/history/", case.history, name="case-history"),
    path("exceptions/<int:pk>/<slug:action>/", case.act, name="case-act"),
    path("boards/", boards.boards, name="boards"),
    path("answer/<str:key>/", one_tap.one_tap_page, name="one-tap"),
    path("away/", away.away, name="away"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("matching-rules/", matching_rules.matching_rules, name="matching-rules"),
    path("matching-rules/propose/", matching_rules.propose, name="propose-rules"),
    path("matching-rules/put-back/", matching_rules.put_back, name="put-back-rules"),
    path("matching-rules/trials/", trials.start, name="start-trial"),
    path("matching-rules/trials/<int:pk>/", trials.trial, name="trial"),
    path("matching-rules/trials/<int:pk>/<slug:what>.csv", trials.export, name="trial-export"),
    path("matching-rules/trials/<int:pk>/<slug:action>/", trials.act, name="trial-act"),
    path("matching-rules/<int:number>/", matching_rules.version, name="rules-version"),
    path("matching-rules/<int:number>/<slug:action>/", matching_rules.act, name="rules-act"),
    path("company/", workplace.choose_company, name="choose-company"),
]
