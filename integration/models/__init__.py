"""The rows behind the wires, a file per subject."""

from .contract import ContractFinding, ContractReading
from .dead_letters import Cause, CauseNote, ReplayItem, ReplayJob
from .drift import DriftCheck, DriftedRecord
from .edits import PayloadEdit
from .escalation import Channel, EscalationRule, Incident, IncidentNote, Notification, Turn
from .filters import MirrorFilter
from .hints import Hint, Subscription
from .inbox import ApiKey, InboxEvent
from .lives import DatabaseLife
from .mapping import FieldMapping, FieldMappingRow
from .outbox import Attempt, DocumentKind, Message
from .slots import ScheduleSlot
from .sync import HeldRecord, ScannedPage, SyncIssue, SyncPlace, SyncRun, SyncState
from .webhooks import Webhook, WebhookMessage

__all__ = [
    "ApiKey",
    "Attempt",
    "Cause",
    "CauseNote",
    "Channel",
    "ContractFinding",
    "ContractReading",
    "DatabaseLife",
    "DocumentKind",
    "DriftCheck",
    "DriftedRecord",
    "EscalationRule",
    "FieldMapping",
    "FieldMappingRow",
    "HeldRecord",
    "Hint",
    "InboxEvent",
    "Incident",
    "IncidentNote",
    "Message",
    "MirrorFilter",
    "Notification",
    "PayloadEdit",
    "ReplayItem",
    "ReplayJob",
    "ScannedPage",
    "ScheduleSlot",
    "Subscription",
    "SyncIssue",
    "SyncPlace",
    "SyncRun",
    "SyncState",
    "Turn",
    "Webhook",
    "WebhookMessage",
]
