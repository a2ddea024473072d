"""The rows behind the wires, a file per subject."""

from .contract import ContractFinding, ContractReading
from .dead_letters import Cause, CauseNote, ReplayItem, ReplayJob
from .doubled import DoubledDocument, DoublesLook
from .drift import DriftCheck, DriftedRecord
from .edits import PayloadEdit
from .escalation import Channel, EscalationRule, Incident, IncidentNote, Notification, Turn
from .filters import MirrorFilter
from .flows import FlowSwitch
from .hints import Hint, Subscription
from .inbox import ApiKey, InboxEvent
from .lives import DatabaseLife
from .mapping import FieldMapping, MappingVersion, SourceProfile, UnmappedValue
from .opening import OpeningRun
from .outbox import Attempt, DocumentKind, Message
from .rehearsals import Rehearsal, RehearsedDocument
from .slots import ScheduleSlot
from .sync import HeldRecord, ScannedPage, SyncIssue, SyncPlace, SyncRun, SyncState
from .watching import Expectation, Morning, MorningMail, today_of, zone_of
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
    "DoubledDocument",
    "DoublesLook",
    "DriftCheck",
    "DriftedRecord",
    "EscalationRule",
    "Expectation",
    "FieldMapping",
    "FlowSwitch",
    "HeldRecord",
    "Hint",
    "InboxEvent",
    "Incident",
    "IncidentNote",
    "MappingVersion",
    "Message",
    "MirrorFilter",
    "Morning",
    "MorningMail",
    "Notification",
    "OpeningRun",
    "PayloadEdit",
    "Rehearsal",
    "RehearsedDocument",
    "ReplayItem",
    "ReplayJob",
    "ScannedPage",
    "ScheduleSlot",
    "SourceProfile",
    "Subscription",
    "SyncIssue",
    "SyncPlace",
    "SyncRun",
    "SyncState",
    "Turn",
    "UnmappedValue",
    "Webhook",
    "WebhookMessage",
    "today_of",
    "zone_of",
]
