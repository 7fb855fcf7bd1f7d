"""What ZooKeeper's metrics mean, in words. The only place that explains them; one that isn't here is shown as it is.

Names are AdminServer's, bare; `mntr` puts "zk_" before them. A summary (one that has `cnt_NAME`) is told by its base
name, whatever it has of avg, min, max, sum and percentiles. Sources: ZooKeeper's
ServerMetrics.java and zookeeperMonitor.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REQUESTS = "Requests"
LATENCY = "Latency"
CONNECTIONS = "Connections and sessions"
DATA = "Data and watches"
QUORUM = "Quorum and replication"
ELECTIONS = "Elections and synchronising"
DISK = "Disk"
PROCESS = "Process"
PIPELINE = "Request pipeline"
LIMITS = "Limits and security"
INTEGRITY = "Errors and integrity"
OTHER = "Others"
GROUPS = (REQUESTS, LATENCY, CONNECTIONS, DATA, QUORUM, ELECTIONS, DISK, PROCESS, LIMITS, INTEGRITY, PIPELINE, OTHER)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One metric in words. `unit` is "ms", "B", "s", "/1" (a part of one) or "" for a plain number."""

    group: str
    text: str
    unit: str = ""


_TABLE: dict[str, dict[str, str]] = {
    REQUESTS: {
        "outstanding_requests": "Requests that wait in the server. Grows when the server can't keep up.",
        "packets_received": "Packets from clients since the server started.",
        "packets_sent": "Packets to clients since the server started.",
        "bytes_received_count": "Bytes from clients since the server started.|B",
        "response_bytes": "Bytes of responses to clients.|B",
        "request_commit_queued": "Requests that were queued for the commit.",
        "stale_requests": "Requests whose connection was gone when their turn came.",
        "stale_replies": "Answers whose connection was gone.",
        "last_client_response_size": "Size of the last response to a client.|B",
        "max_client_response_size": "Size of the largest response so far.|B",
        "min_client_response_size": "Size of the smallest response so far.|B",
        "response_packet_cache_hits": "Reads that were answered from the response cache.",
        "response_packet_cache_misses": "Reads that were not.",
        "response_packet_get_children_cache_hits": "Lists of children answered from the response cache.",
        "response_packet_get_children_cache_misses": "Lists of children that were not.",
        "zookeeper_write_per_namespace": "Bytes written, by the first part of the path.|B",
    },
    LATENCY: {
        "avg_latency": "Mean time from a request to its answer, since the server's statistics began.|ms",
        "max_latency": "The longest such time.|ms",
        "min_latency": "The shortest such time.|ms",
        "readlatency": "Time to answer a read.|ms",
        "updatelatency": "Time to answer a write: it waits for a majority and for the disk.|ms",
        "propagation_latency": "From a write at the leader to its commit on this server.|ms",
        "commit_propagation_latency": "From a commit at the leader to its arrival here.|ms",
        "proposal_latency": "From a proposal to its commit at the leader.|ms",
        "proposal_ack_creation_latency": "From a proposal to this server's acknowledgement.|ms",
        "quorum_ack_latency": "Until a majority has acknowledged a proposal.|ms",
    },
    CONNECTIONS: {
        "num_alive_connections": "Clients that are connected now.",
        "global_sessions": "Sessions of the whole ensemble.",
        "local_sessions": "Sessions that only this server knows (localSessionsEnabled).",
        "connection_request_count": "Sessions that clients asked for.",
        "connection_revalidate_count": "Sessions that came here from another server.",
        "revalidate_count": "Sessions that a server asked the leader about.",
        "connection_drop_count": "Connections that were closed by the server.",
        "connection_rejected": "Connections refused, mostly because an address had maxClientCnxns of them.",
        "connection_drop_probability": "How likely a new connection is turned away by throttling, 0 to 1.",
        "connection_token_deficit": "How far above the limit of new connections it was.",
        "sessionless_connections_expired": "Connections closed because no session was opened on them.",
        "stale_sessions_expired": "Sessions that ended because their client was silent.",
        "socket_closing_time": "Time to close a socket.|ms",
        "close_session_prep_time": "Time to prepare the closing of a session, with its ephemeral znodes.|ms",
        "non_mtls_local_conn_count": "Connections from this machine without a client certificate.",
        "non_mtls_remote_conn_count": "Connections from elsewhere without a client certificate.",
        "cnxn_closed_without_zk_server_running": "Connections closed because the server was not serving.",
    },
    DATA: {
        "znode_count": "Znodes in the tree.",
        "ephemerals_count": "Znodes that vanish with their session.",
        "approximate_data_size": "Bytes of all paths and data. All of it is held in memory.|B",
        "watch_count": "Watches that clients have set on this server.",
        "dead_watchers_queued": "Watchers of closed connections, waiting to be cleared.",
        "dead_watchers_cleared": "Watchers of closed connections that were cleared.",
        "dead_watchers_cleaner_latency": "Time of one clearing of dead watchers.|ms",
        "add_dead_watcher_stall_time": "Time that closing connections waited for the clearing.|ms",
        "watch_bytes": "Bytes of notifications sent to watchers.|B",
        "node_changed_watch_count": "Watches fired by a change of data.",
        "node_children_watch_count": "Watches fired by a change of children.",
        "node_created_watch_count": "Watches fired by a creation.",
        "node_deleted_watch_count": "Watches fired by a deletion.",
    },
    QUORUM: {
        "quorum_size": "Voting servers that the leader's ensemble has.",
        "learners": "Servers that are connected to this leader.",
        "synced_followers": "Followers that are up to date with this leader.",
        "synced_observers": "Observers that are up to date.",
        "synced_non_voting_followers": "Followers without a vote that are up to date.",
        "pending_syncs": "Clients' sync requests that the leader has not answered.",
        "leader_uptime": "How long this server has been the leader.|ms",
        "proposal_count": "Writes that this leader has proposed.",
        "last_proposal_size": "Size of the last proposal.|B",
        "max_proposal_size": "Size of the largest proposal.|B",
        "min_proposal_size": "Size of the smallest proposal.|B",
        "proposal_process_time": "Time that the leader takes to process a proposal.|ms",
        "commit_count": "Writes committed by this leader.",
        "commit_process_time": "Time that the leader takes to process a commit.|ms",
        "learner_commit_received_count": "Commits that came from the leader.",
        "learner_proposal_received_count": "Proposals that came from the leader.",
        "om_commit_process_time_ms": "Observer master: time to pass a commit on.|ms",
        "om_proposal_process_time_ms": "Observer master: time to pass a proposal on.|ms",
        "server_state": "What the server says it is.",
        "peer_state": "What it says it does: leading, following, looking for a leader.",
    },
    ELECTIONS: {
        "election_time": "Time that elections took, each from looking to a leader.|ms",
        "looking_count": "How often this server began to look for a leader.",
        "leader_unavailable_time": "Time without a leader, as this server saw it.|ms",
        "unavailable_time": "Time in which this server did not serve, between two elections.|ms",
        "quit_leading_due_to_disloyal_voter": "How often it gave up leading because a majority was no longer with it.",
        "follower_sync_time": "Time for a follower to get up to date with its leader.|ms",
        "observer_sync_time": "Time for an observer to get up to date.|ms",
        "diff_count": "Followers brought up to date by the missing transactions.",
        "snap_count": "Followers brought up to date by a whole snapshot: costly.",
        "inflight_diff_count": "Such differences on their way at once.",
        "inflight_snap_count": "Such snapshots on their way at once.",
    },
    DISK: {
        "fsynctime": "Time for the disk to confirm the transaction log. Every write waits for it.|ms",
        "snapshottime": "Time to write a snapshot.|ms",
        "snapshot_error_count": "Snapshots that failed.",
        "snapshot_rate_limited_count": "Snapshots by command that were turned away as too many.",
        "restore_time": "Time to restore a snapshot by command.|ms",
        "restore_error_count": "Restores that failed.",
        "dbinittime": "Time to load the database at the start.|ms",
        "startup_snap_load_time": "Time to load the snapshot at the start.|ms",
        "startup_txns_load_time": "Time to load the transactions after it.|ms",
        "startup_txns_loaded": "How many transactions those were.",
    },
    PROCESS: {
        "uptime": "Time since the server began to serve.|ms",
        "version": "ZooKeeper's version.",
        "open_file_descriptor_count": "Files and sockets that the process has open.",
        "max_file_descriptor_count": "How many it may have (ulimit -n).",
        "jvm_pause_time_ms": "Pauses of the whole process, mostly garbage collection. A long one ends sessions.|ms",
        "jvm_memory_bytes_used": "Memory in use by Java.|B",
        "jvm_memory_bytes_max": "Memory that Java may use.|B",
        "heap_used": "Heap in use.|B",
        "heap_max": "The largest heap that Java may use.|B",
        "jvm_threads_current": "Threads of the process.",
        "jvm_threads_deadlocked": "Threads that wait for each other for ever.",
    },
    LIMITS: {
        "request_throttle_wait_count": "Requests that had to wait for the throttle.",
        "request_throttle_queue_time_ms": "How long they waited.|ms",
        "throttled_ops": "Operations refused because they had waited too long (throttled_op_wait_time).",
        "stale_requests_dropped": "Requests dropped by the throttle because nobody waited for them any more.",
        "large_requests_rejected": "Large requests refused (largeRequestMaxBytes).",
        "auth_failed_count": "Clients that failed to authenticate.",
        "ensemble_auth_success": "Clients that named this ensemble rightly.",
        "ensemble_auth_fail": "Clients that named another ensemble.",
        "ensemble_auth_skip": "Clients that named none.",
        "insecure_admin_count": "Connections to AdminServer without TLS.",
        "outstanding_tls_handshake": "TLS handshakes that go on.",
        "tls_handshake_exceeded": "TLS connections turned away because too many handshakes went on.",
        "unsuccessful_handshake": "TLS handshakes that failed.",
        "quota_exceeded_error_per_namespace": "Writes that a quota refused, by the first part of the path.",
    },
    INTEGRITY: {
        "digest_mismatches_count": "Times that this server's data differed from the leader's digest. It must be 0.",
        "unrecoverable_error_count": "Errors after which the server has to stop. It must be 0.",
    },
    PIPELINE: {
        "prep_process_time": "Time to prepare a write.|ms",
        "prep_processor_queue_size": "Requests that wait to be prepared.",
        "prep_processor_queue_time_ms": "How long they wait.|ms",
        "prep_processor_request_queued": "Requests that were queued to be prepared.",
        "sync_process_time": "Time to write a transaction to the log.|ms",
        "sync_processor_batch_size": "Transactions that are written to the log at once.",
        "sync_processor_queue_size": "Transactions that wait for the log.",
        "sync_processor_queue_time_ms": "How long they wait.|ms",
        "sync_processor_queue_flush_time_ms": "Time to flush the log.|ms",
        "sync_processor_queue_and_flush_time_ms": "Both together.|ms",
        "sync_processor_request_queued": "Requests that were queued for the log.",
        "outstanding_changes_queued": "Changes that were queued until their commit.",
        "outstanding_changes_removed": "Of those, how many are done.",
        "read_commitproc_time_ms": "Time of a read in the commit processor.|ms",
        "read_final_proc_time_ms": "Time of a read in the last step.|ms",
        "write_commitproc_time_ms": "Time of a write in the commit processor.|ms",
        "write_final_proc_time_ms": "Time of a write in the last step.|ms",
        "write_batch_time_in_commit_processor": "Time of a batch of writes in the commit processor.|ms",
        "local_write_committed_time_ms": "Until a write from this server's clients was committed.|ms",
        "server_write_committed_time_ms": "Until a write from anywhere was committed.|ms",
        "pending_session_queue_size": "Sessions with requests that wait for a commit.",
        "requests_in_session_queue": "Requests that wait behind a write of their session.",
        "reads_issued_from_session_queue": "Reads let go after such a wait.",
        "reads_after_write_in_session_queue": "Reads that waited behind a write of their session.",
        "session_queues_drained": "Queues of sessions that were emptied at once.",
        "read_commit_proc_req_queued": "Reads that wait in the commit processor.",
        "read_commit_proc_issued": "Reads that it let go at once.",
        "write_commit_proc_req_queued": "Writes that wait in the commit processor.",
        "write_commit_proc_issued": "Writes that it let go at once.",
        "commit_commit_proc_req_queued": "Commits that wait in the commit processor.",
        "concurrent_request_processing_in_commit_processor": "Requests that it works on at the same time.",
        "time_waiting_empty_pool_in_commit_processor_read_ms": "Time that a write waited for reads to end.|ms",
        "requests_not_forwarded_to_commit_processor": "Requests that were answered before the commit processor.",
        "learner_request_processor_queue_size": "Requests from learners that wait.",
        "skip_learner_request_to_next_processor_count": "Requests from learners that were left out.",
        "netty_queued_buffer_capacity": "Bytes that wait in Netty's buffers.|B",
    },
}


def _meaning(group: str, text: str) -> Meaning:
    words, _, unit = text.partition("|")
    return Meaning(group, words, unit)


MEANINGS: dict[str, Meaning] = {
    name: _meaning(group, text) for group, table in _TABLE.items() for name, text in table.items()
}
_NUMBERED = (
    (re.compile(r"(\d+)_learner_handler_qp_size"), "Packets that wait to be sent to server {}.", ""),
    (re.compile(r"(\d+)_learner_handler_qp_time_ms"), "How long packets wait to be sent to server {}.", "ms"),
)


def meaning_of(name: str) -> Meaning | None:
    """What a metric, or the base of a summary, means; None if nobody wrote it down."""
    if name in MEANINGS:
        return MEANINGS[name]
    for pattern, text, unit in _NUMBERED:
        found = pattern.fullmatch(name)
        if found:
            return Meaning(QUORUM, text.format(found[1]), unit)
    return None
