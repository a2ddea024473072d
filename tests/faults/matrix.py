"""All 34 faults as one table: what breaks, what has to come of it, and which tests show it.

A fault with `gaps` is not shown, or not wholly: the gap says what is missing. A file in `opens` is work under
way: once it is there, tests/faults/test_matrix.py asks to fill the row.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One row."""

    number: int
    fault: str
    outcome: str
    tests: tuple[str, ...] = ()
    gaps: str = ""
    opens: tuple[str, ...] = ()


KILLED = "delivery/test_killed_workers.py::test_a_worker_killed_during_a_call_leaves_each_document_once"
CHAOS = "chaos/test_chaos.py::test_faults_and_killed_programs_neither_lose_nor_double_a_document"
ORDERS, MANY, LINE = "delivery/test_orders.py::", "delivery/test_many.py::", "delivery/test_line.py::"
EVENTS, TOKENS, PAUSES = "cafm/test_events.py::", "bc/test_tokens.py::", "contract/test_pauses.py::"
EDITING = "dead_letters/test_editing.py::"
REPLAYS = "dead_letters/test_replays.py::"
WEB, BROKER = "faults/test_web_killed.py::", "faults/test_broker.py::"
DATABASE, ENDED = "faults/test_database.py::", "faults/test_workers_ended.py::"
MODEL = "delivery/model/test_outbox_model.py::test_any_turn_of_events_ends_with_each_document_once"
STALL = "faults/test_stall_and_full_disk.py::"
STANDSTILL = "delivery/test_standstill.py::"
DOUBLED = "delivery/test_doubled.py::"
PAGED = f"{DOUBLED}test_an_order_that_is_there_twice_is_found_with_both_named_and_somebody_is_paged"
LOST = f"{ORDERS}test_a_lost_answer_is_found_and_not_repeated"

MATRIX = (
    Fault(
        1,
        "web process killed before the commit",
        "nothing exists, the sender sends again",
        (
            "cafm/test_refusals.py::test_a_fault_of_ours_leaves_nothing_half_done",
            "cafm/test_refusals.py::test_what_failed_through_us_is_taken_when_it_is_sent_again",
            f"{WEB}test_killed_before_the_commit_nothing_exists_and_the_sender_sends_again",
        ),
    ),
    Fault(
        2,
        "web process killed after the commit, before the wake-up",
        "the row is found by the next look",
        (
            f"{WEB}test_killed_after_the_commit_the_row_is_found_without_a_call",
            f"{MANY}test_the_tasks_free_what_a_dead_worker_held_and_send_it",
        ),
    ),
    Fault(
        3,
        "the same request twice at once",
        "one row, the same answer; another content is refused",
        (
            "cafm/test_at_the_same_time.py::test_the_same_event_from_many_sides_is_one_event",
            "cafm/test_at_the_same_time.py::test_of_two_contents_under_one_id_one_is_taken",
            f"{EVENTS}test_the_same_event_again_gets_the_same_answer_and_does_nothing",
            f"{EVENTS}test_the_same_id_with_another_body_is_a_conflict_and_does_nothing",
        ),
    ),
    Fault(
        4,
        "broker down, frozen, flushed",
        "taking events is as quick; rows are found by looking",
        (
            "bc/test_limiter.py::test_a_redis_that_is_away_leaves_the_share_and_its_return_the_whole",
            "desk/test_doors.py::test_readiness_notices_a_silent_redis",
            f"{BROKER}test_events_are_taken_while_the_broker_is_frozen_and_while_it_is_gone",
        ),
    ),
    Fault(
        5,
        "broker restarts, with and without its data",
        "workers go on; none lost, none twice",
        (
            f"{BROKER}test_workers_go_on_when_the_broker_comes_back_with_its_data_and_without",
            CHAOS,
        ),
    ),
    Fault(
        6,
        "two beats, no beat, the clock jumps, summer time",
        "each turn runs once",
        (
            "sync/test_schedules.py::test_a_turn_is_taken_once_though_beat_runs_twice",
            "sync/test_schedules.py::test_a_clock_that_jumps_back_has_no_turn_twice",
            "sync/test_schedules.py::test_of_many_that_want_a_turn_at_the_same_moment_one_has_it",
            "sync/test_schedules.py::test_a_night_that_is_an_hour_shorter_or_longer_has_each_turn_once",
            "escalation/test_sources.py::test_the_silence_of_the_clock_is_told_by_a_worker_in_its_place",
            "escalation/test_silence.py::test_a_worker_tells_people_that_the_clock_is_silent",
        ),
    ),
    Fault(
        7,
        "worker killed after the claim, before sending",
        "sent after the lease",
        (KILLED, f"{MANY}test_the_tasks_free_what_a_dead_worker_held_and_send_it"),
    ),
    Fault(8, "worker killed with the request sent", "looked for, one document", (KILLED, CHAOS)),
    Fault(
        9,
        "worker killed with the answer read, before our commit",
        "looked for, one document",
        (KILLED, f"{MANY}test_a_posting_that_could_not_be_written_down_is_looked_for"),
    ),
    Fault(
        10,
        "three workers die over one row",
        "the row goes to a person, the others go on",
        (
            f"{LINE}test_a_message_that_kills_its_workers_goes_to_a_person",
            f"{ENDED}test_a_message_that_kills_three_workers_goes_to_a_person_and_the_others_are_sent",
        ),
    ),
    Fault(
        11,
        "worker stopped for longer than its lease, before sending",
        "it does not send",
        (f"{MANY}test_a_worker_that_comes_back_too_late_changes_nothing", MODEL),
    ),
    Fault(
        12,
        "worker stopped for longer than its lease, after sending",
        "its late write changes nothing",
        ("delivery/test_fences.py::test_a_worker_that_wakes_after_sending_writes_nothing", MODEL),
    ),
    Fault(
        13,
        "soft and cold shutdown, rolling deployment",
        "none lost, none twice",
        (KILLED, f"{ENDED}test_a_rolling_deployment_under_load_loses_and_doubles_nothing", CHAOS),
    ),
    Fault(
        14,
        "PostgreSQL restarts, is killed, stalls, is full",
        "no state is made up; events get a 503",
        (
            f"{MANY}test_a_posting_that_could_not_be_written_down_is_looked_for",
            f"{DATABASE}test_an_event_gets_a_503_and_a_time_to_come_again_while_the_database_is_away",
            f"{DATABASE}test_a_database_that_ends_its_sessions_during_a_call_leaves_one_document",
            f"{STALL}test_an_event_that_meets_a_stall_is_taken_once_when_it_is_over",
            f"{STALL}test_a_stall_after_the_call_leaves_the_message_as_sent_until_it_is_over",
            f"{STALL}test_a_full_disk_refuses_events_whole_and_takes_them_when_there_is_room",
            f"{STALL}test_what_was_posted_when_the_disk_was_full_is_found_when_there_is_room",
            CHAOS,
        ),
    ),
    Fault(
        15,
        "deadlock, serialization failure, lock timeout",
        "tried again",
        (
            f"{MANY}test_a_posting_that_could_not_be_written_down_is_looked_for",
            "cafm/test_at_the_same_time.py::test_batches_in_opposite_order_do_not_hold_each_other_up",
        ),
    ),
    Fault(
        16,
        "BC refuses connections, no name, wrong certificate",
        "no attempt is used up; the circuit opens",
        (
            "bc/test_transport.py::test_a_server_that_speaks_only_old_tls_is_not_spoken_to",
            "bc/test_transport.py::test_a_certificate_of_another_authority_is_refused_before_anything_is_sent",
            f"{MANY}test_without_a_business_central_the_line_waits",
            f"{STANDSTILL}test_an_unavailable_bc_is_left_alone_and_costs_no_attempt",
            f"{STANDSTILL}test_the_line_goes_on_by_itself_when_bc_is_back",
        ),
    ),
    Fault(
        17,
        "BC's time runs out, nothing was posted",
        "settled, then sent once more",
        (f"{ORDERS}test_a_call_that_never_arrived_is_sent_again_after_the_outcome_is_settled",),
    ),
    Fault(
        18,
        "posted, and then timeout, 500, reset or half an answer",
        "found, one document; two, if there were any, are found at night",
        (
            LOST,
            "delivery/test_receipts.py::test_a_lost_answer_does_not_receive_twice",
            CHAOS,
            PAGED,
            f"{DOUBLED}test_a_receipt_like_one_of_ours_that_is_none_is_found",
            f"{DOUBLED}test_a_movement_is_held_against_the_ledger",
        ),
    ),
    Fault(
        19,
        "BC posts minutes after our timeout",
        "found, one document",
        ("delivery/test_fences.py::test_what_bc_commits_long_after_our_timeout_is_found", MODEL, CHAOS),
    ),
    Fault(
        20,
        "reads lag behind",
        "looks after a write ask the primary",
        ("bc/test_reading.py::test_a_look_after_a_write_never_asks_the_replica",),
    ),
    Fault(
        21,
        "429 with and without Retry-After, 503 for minutes",
        "slower, no attempt used up",
        (
            "bc/test_limiter.py::test_a_429_holds_everyone_back_for_as_long_as_bc_says",
            "bc/test_limiter.py::test_without_retry_after_the_pauses_double_up_to_a_minute",
            "bc/test_limiter.py::test_a_429_from_bc_pauses_the_client_and_is_no_attempt",
            "bc/test_storm.py::test_one_429_stills_the_storm_and_the_allowance_is_used",
        ),
    ),
    Fault(
        22,
        "401, 403, secret revoked, sign-in service down",
        "one renewal; then the circuit and one alarm",
        (
            f"{TOKENS}test_five_workers_ask_for_one_token_in_each_life",
            f"{TOKENS}test_the_old_token_serves_while_the_sign_in_service_is_away",
            f"{TOKENS}test_a_disabled_application_stops_the_lane_after_one_new_token",
            f"{ORDERS}test_wrong_credentials_stop_the_lane_and_cost_no_attempt",
            f"{ORDERS}test_an_expired_token_is_renewed_and_costs_nothing",
            f"{STANDSTILL}test_a_refused_sign_in_stops_the_line_until_the_secret_is_right",
            f"{STANDSTILL}test_a_token_serves_to_its_end_while_the_sign_in_service_is_away",
            "escalation/test_sources.py::test_a_standstill_of_deliveries_is_told_and_ends_by_itself",
        ),
    ),
    Fault(
        23,
        "400, 422: the content is wrong",
        "refused at once, in words",
        (
            f"{ORDERS}test_a_refused_vendor_goes_to_a_person_in_plain_words",
            "bc/test_errors.py::test_each_refusal_has_its_class_its_desk_and_its_sentence",
        ),
    ),
    Fault(
        24,
        "changed in BC meanwhile",
        "read again; nobody's edit is overwritten",
        (
            "bc/test_writing.py::test_a_stale_version_is_a_conflict_and_changes_nothing",
            "delivery/test_order_changes.py::test_a_persons_edit_of_the_same_field_is_not_overwritten",
        ),
    ),
    Fault(
        25,
        "one part of a batch fails",
        "all or nothing; no half order",
        (
            "bc/test_writing.py::test_a_batch_is_one_call_of_relative_urls_in_one_snapshot",
            "bc/test_writing.py::test_a_batchs_answer_that_cannot_be_read_leaves_the_outcome_unknown",
        ),
    ),
    Fault(
        26,
        "a field is gone, has another type or length",
        "what uses it rests; the others go on",
        (
            f"{PAUSES}test_a_removed_mapped_field_lets_orders_wait_and_nothing_else",
            f"{PAUSES}test_a_removed_field_of_a_list_stops_its_pull_and_no_other",
        ),
    ),
    Fault(
        27,
        "a receipt or invoice before its order; the order is stuck",
        "waits, shown as such",
        (
            f"{EVENTS}test_a_receipt_before_its_order_waits_and_finds_it",
            "delivery/test_receipts.py::test_a_receipt_waits_for_its_order",
            "delivery/test_receipts.py::test_a_stuck_order_holds_its_receipts_and_no_others",
        ),
    ),
    Fault(
        28,
        "poison: NUL, megabytes, NaN, 1e30",
        "4xx or refused, never a crash",
        (
            "cafm/test_refusals.py::test_a_body_that_is_no_event_is_refused",
            "cafm/test_refusals.py::test_a_body_beyond_the_limit_is_not_even_read",
            "cafm/test_refusals.py::test_a_number_of_too_many_digits_is_refused_without_a_word_about_our_machine",
            "cafm/test_wrong_mapping.py::test_an_order_that_cannot_be_written_is_kept_and_goes_to_a_person",
        ),
    ),
    Fault(
        29,
        "replay pressed twice, by two people",
        "one attempt, the others are told",
        (
            "admin/test_retry_at_once.py::test_of_people_who_press_retry_at_once_one_retries_and_the_others_are_told",
            f"{LINE}test_a_retry_pressed_twice_is_one_retry",
            "delivery/test_transitions.py::test_what_a_worker_holds_no_person_ends",
            f"{REPLAYS}test_of_two_people_who_press_at_once_one_begins_and_the_other_is_told",
            f"{REPLAYS}test_a_message_that_somebody_retried_meanwhile_is_told_apart",
        ),
    ),
    Fault(
        30,
        "edited and replayed although its document exists",
        "adopted, the difference is shown",
        (
            f"{EDITING}test_an_edit_of_what_bc_has_already_is_not_sent_and_shows_the_difference",
            f"{EDITING}test_a_document_that_came_after_the_dry_run_is_adopted_as_it_is",
        ),
    ),
    Fault(
        31,
        "the mapping is edited with rows in flight",
        "each row keeps its version",
        (
            "mapping/test_versions.py::test_a_message_keeps_the_version_it_was_built_with",
            "mapping/test_versions.py::test_a_message_keeps_the_version_of_its_lines_mapping_beside_that_of_its_head",
        ),
    ),
    Fault(
        32,
        "Teams or mail down",
        "kept and tried again, shown",
        (
            "escalation/test_telling.py::test_fault_32_a_channel_that_is_down_loses_nothing_and_shows_why",
            "escalation/test_posting.py::test_a_receiver_that_hangs_holds_up_nobody_for_long",
            "escalation/test_page.py::test_a_failing_channel_is_shown",
        ),
    ),
    Fault(
        33,
        "100,000 rows after a day's outage",
        "events of now go first; memory stays flat",
        (
            "cafm/test_pressure.py::test_single_events_are_taken_all_the_time",
            "cafm/test_pressure.py::test_a_batch_comes_later_while_too_many_documents_wait",
            "delivery/test_many.py::test_what_comes_now_does_not_wait_behind_a_backlog",
            "delivery/test_backlog.py::test_what_comes_now_is_claimed_before_a_days_backlog",
            "delivery/test_backlog.py::test_a_claim_and_its_memory_are_the_same_for_a_line_thirty_times_as_long",
        ),
    ),
    Fault(
        34,
        "restored from a backup of an hour ago",
        "documents made since are found, none twice",
        (
            "delivery/test_fences.py::test_after_a_restored_backup_what_was_posted_since_is_found",
            "delivery/model/test_outbox_model.py::test_a_restored_database_ends_with_each_document_once",
            "delivery/test_doubt.py::test_what_a_restored_database_has_forgotten_is_found",
            "delivery/test_doubt.py::test_an_order_that_the_cafm_sends_again_after_the_restore_has_its_key_again",
            PAGED,
        ),
    ),
)
