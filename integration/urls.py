"""The integration desk's addresses."""

from django.urls import path

from .views import (
    dead_letters,
    drift,
    editing,
    hints,
    message,
    notifications,
    ownership,
    progress,
    pulling,
    record,
    replays,
    units,
)

urlpatterns = [
    path("bc/hints/<uuid:key>", hints.receive, name="bc-hints"),
    path("dead-letters/", dead_letters.dead_letters, name="dead-letters"),
    path("dead-letters/messages/", dead_letters.stuck_messages, name="stuck-messages"),
    path("dead-letters/causes/<int:pk>/", dead_letters.cause, name="dead-letter-cause"),
    path("dead-letters/causes/<int:pk>/<slug:action>/", dead_letters.care_for, name="care-for-cause"),
    path("dead-letters/replay/", replays.prepare, name="prepare-replay"),
    path("dead-letters/replay/start/", replays.start, name="start-replay"),
    path("dead-letters/replays/<int:pk>/", replays.replay, name="replay"),
    path("dead-letters/replays/<int:pk>/<slug:action>/", replays.act, name="replay-act"),
    path("messages/of/<slug:kind>/<int:document_id>/", dead_letters.of_document, name="document-message"),
    path("messages/<int:pk>/", message.message, name="message"),
    path("messages/<int:pk>/edit/", editing.edit, name="edit-message"),
    path("messages/<int:pk>/look/", message.look, name="look-for-message"),
    path("messages/<int:pk>/<slug:action>/", message.act, name="message-act"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/<int:pk>/", notifications.incident, name="incident"),
    path("notifications/<int:pk>/take/", notifications.take, name="take-incident"),
    path("notifications/<int:pk>/give-back/", notifications.give_back, name="give-back-incident"),
    path("drift/", drift.drift, name="drift"),
    path("drift/check/", drift.check_now, name="check-drift"),
    path("ownership/", ownership.owners, name="ownership"),
    path("records/<slug:subject>/<int:pk>/", record.record, name="record"),
    path("units/", units.item_units, name="units"),
    path("pull/", pulling.pull_now, name="pull-now"),
    path("pull/record/", pulling.pull_record, name="pull-record"),
    path("runs/running/", progress.running, name="running"),
    path("runs/<int:object_id>/progress/", progress.run_progress, name="run-progress"),
    path("runs/<int:object_id>/stop/", pulling.stop_run, name="stop-run"),
]
