namespace Orchestrator.Api.Problems;

/// <summary>A kind of error that a client can tell apart: its code is stable for ever.</summary>
/// <param name="Code">The last part of the problem's <c>type</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The same for every occurrence.</param>
public sealed record ProblemKind(string Code, int Status, string Title)
{
    /// <summary>The problem's <c>type</c>: a relative URI, served by this host.</summary>
    public string Type => $"/problems/{Code}";
}

/// <summary>Every kind of error of the API; docs/problems.md explains each, and a test compares the two.</summary>
public static class ProblemKinds
{
    public static readonly ProblemKind NotJson = new("not_json", 400, "The body is not JSON");
    public static readonly ProblemKind WrongShape = new("wrong_shape", 400, "The body does not have the expected fields");
    public static readonly ProblemKind Invalid = new("invalid", 400, "A value is not acceptable");
    public static readonly ProblemKind StatementRefused = new("statement_refused", 400, "The file cannot be taken as a statement");
    public static readonly ProblemKind RuleSetInvalid = new("rule_set_invalid", 400, "The rule set cannot be evaluated");
    public static readonly ProblemKind ModelInvalid = new("model_invalid", 400, "The file cannot be taken as a model");
    public static readonly ProblemKind BadRequest = new("bad_request", 400, "The request cannot be understood");
    public static readonly ProblemKind Unauthenticated = new("unauthenticated", 401, "Nobody has said who asks");
    public static readonly ProblemKind WriteKeyUnknown = new("write_key_unknown", 401, "The write key is missing or not known");
    public static readonly ProblemKind Forbidden = new("forbidden", 403, "Whoever asks may not do this");
    public static readonly ProblemKind FourEyes = new("four_eyes", 403, "Who wrote or uploaded it may not put it in force");
    public static readonly ProblemKind MakerIsChecker = new("maker_is_checker", 403, "Who proposed something may not approve it");
    public static readonly ProblemKind OriginNotAllowed = new("origin_not_allowed", 403, "Pages of this origin may not send with this key");
    public static readonly ProblemKind NotFound = new("not_found", 404, "There is nothing here");
    public static readonly ProblemKind AccountNotFound = new("account_not_found", 404, "There is no such account");
    public static readonly ProblemKind AccountOpening = new("account_opening", 404, "The account is not open yet");
    public static readonly ProblemKind ApplicationNotFound = new("application_not_found", 404, "There is no such application");
    public static readonly ProblemKind TransactionNotFound = new("transaction_not_found", 404, "There is no such transaction");
    public static readonly ProblemKind TransferNotFound = new("transfer_not_found", 404, "There is no such transfer");
    public static readonly ProblemKind HoldNotFound = new("hold_not_found", 404, "There is no such hold");
    public static readonly ProblemKind CommandNotFound = new("command_not_found", 404, "There is no such command");
    public static readonly ProblemKind ParkedNotFound = new("parked_not_found", 404, "There is no such parked message or group");
    public static readonly ProblemKind ParkedEditNotFound = new("parked_edit_not_found", 404, "There is no such edit of a parked message");
    public static readonly ProblemKind RedriveNotFound = new("redrive_not_found", 404, "There is no such redrive");
    public static readonly ProblemKind ProjectionNotFound = new("projection_not_found", 404, "There is no such projection");
    public static readonly ProblemKind StatementNotFound = new("statement_not_found", 404, "The account has no statement of this month");
    public static readonly ProblemKind ReportNotFound = new("report_not_found", 404, "There is no such report");
    public static readonly ProblemKind ReconciliationNotFound = new("reconciliation_not_found", 404, "There is no such reconciliation or line");
    public static readonly ProblemKind RuleSetNotFound = new("rule_set_not_found", 404, "There is no such rule set");
    public static readonly ProblemKind ModelNotFound = new("model_not_found", 404, "There is no such model");
    public static readonly ProblemKind ListNotFound = new("list_not_found", 404, "There is no such list");
    public static readonly ProblemKind DecisionNotFound = new("decision_not_found", 404, "There is no such decision");
    public static readonly ProblemKind CaseNotFound = new("case_not_found", 404, "There is no such case");
    public static readonly ProblemKind AttachmentNotFound = new("attachment_not_found", 404, "The case has no such attachment");
    public static readonly ProblemKind LinkNotFound = new("link_not_found", 404, "The case has no such link");
    public static readonly ProblemKind WebhookNotFound = new("webhook_not_found", 404, "There is no such webhook or delivery");
    public static readonly ProblemKind BacktestNotFound = new("backtest_not_found", 404, "There is no such backtest");
    public static readonly ProblemKind ReplayNotFound = new("replay_not_found", 404, "There is no such replay");
    public static readonly ProblemKind MachineNotFound = new("machine_not_found", 404, "There is no such kind of sagas");
    public static readonly ProblemKind SagaNotFound = new("saga_not_found", 404, "There is no saga of this account");
    public static readonly ProblemKind JobNotFound = new("job_not_found", 404, "There is no such job");
    public static readonly ProblemKind VisitorNotFound = new("visitor_not_found", 404, "Nothing is stored about such a visitor");
    public static readonly ProblemKind SegmentNotFound = new("segment_not_found", 404, "There is no such segment");
    public static readonly ProblemKind CustomerNotFound = new("customer_not_found", 404, "Nothing is known about the customer");
    public static readonly ProblemKind MethodNotAllowed = new("method_not_allowed", 405, "The method is not allowed here");
    public static readonly ProblemKind NotAcceptable = new("not_acceptable", 406, "No acceptable representation");
    public static readonly ProblemKind IdempotencyKeyReused = new("idempotency_key_reused", 409, "The Idempotency-Key was used with another body");
    public static readonly ProblemKind AccountExists = new("account_exists", 409, "The account was requested before with another body");
    public static readonly ProblemKind AccountRefused = new("account_refused", 409, "The ledger refuses it as the account is now");
    public static readonly ProblemKind CommandExists = new("command_exists", 409, "The command id was used before with another body");
    public static readonly ProblemKind TransferNotPosted = new("transfer_not_posted", 409, "The transfer has moved no money that could be sent back");
    public static readonly ProblemKind HoldOfTransfer = new("hold_of_transfer", 409, "The hold is part of a transfer, which resolves it");
    public static readonly ProblemKind TransactionExists = new("transaction_exists", 409, "The transaction was submitted before with another body");
    public static readonly ProblemKind TransactionEnded = new("transaction_ended", 409, "The transaction has ended and cannot be cancelled");
    public static readonly ProblemKind TransactionNotHeld = new("transaction_not_held", 409, "The transaction is not waiting for a review");
    public static readonly ProblemKind TransactionUnderWay = new("transaction_under_way", 409, "The transaction has gone too far to be cancelled");
    public static readonly ProblemKind TransactionNotAuthorised = new("transaction_not_authorised", 409, "The transaction is not waiting for a capture");
    public static readonly ProblemKind CaptureExists = new("capture_exists", 409, "Another amount was captured before");
    public static readonly ProblemKind TransactionNotCompleted = new("transaction_not_completed", 409, "The transaction has moved no money that could be sent back");
    public static readonly ProblemKind ReviewExists = new("review_exists", 409, "Somebody has decided otherwise before");
    public static readonly ProblemKind SagaOperationRefused = new("saga_operation_refused", 409, "From where the saga stands that is not done");
    public static readonly ProblemKind ParkedBehind = new("parked_behind", 409, "The message waits behind another of its key");
    public static readonly ProblemKind ParkedRequested = new("parked_requested", 409, "The message's lane was asked for something and has not got to it yet");
    public static readonly ProblemKind ParkedEditExists = new("parked_edit_exists", 409, "Another edit of the message waits for a decision");
    public static readonly ProblemKind ParkedEditEnded = new("parked_edit_ended", 409, "The edit waits for no decision any more");
    public static readonly ProblemKind RedriveEnded = new("redrive_ended", 409, "The redrive has ended and cannot be cancelled");
    public static readonly ProblemKind RebuildRunning = new("rebuild_running", 409, "The projection is being built already");
    public static readonly ProblemKind CheckRunning = new("check_running", 409, "A projection is being checked already");
    public static readonly ProblemKind MonthNotOver = new("month_not_over", 409, "The month cannot be closed yet");
    public static readonly ProblemKind BreakNotOpen = new("break_not_open", 409, "The line is no open break");
    public static readonly ProblemKind PostingMatched = new("posting_matched", 409, "The posting is matched with another line");
    public static readonly ProblemKind RuleSetExists = new("rule_set_exists", 409, "The version was stored before with another content");
    public static readonly ProblemKind RuleSetState = new("rule_set_state", 409, "From where the rule set stands that is not done");
    public static readonly ProblemKind ModelExists = new("model_exists", 409, "The version was stored before with another file");
    public static readonly ProblemKind ModelState = new("model_state", 409, "From where the model stands that is not done");
    public static readonly ProblemKind ListExists = new("list_exists", 409, "There is a list of this name, and it is another one");
    public static readonly ProblemKind ListFull = new("list_full", 409, "There is no room for it");
    public static readonly ProblemKind LabelExists = new("label_exists", 409, "The label id was used before with another body");
    public static readonly ProblemKind DecisionExists = new("decision_exists", 409, "The transaction was decided before with another body");
    public static readonly ProblemKind DecisionNotReplayable = new("decision_not_replayable", 409, "The decision cannot be made again");
    public static readonly ProblemKind CaseRefused = new("case_refused", 409, "From where the case stands that is not done");
    public static readonly ProblemKind CaseFull = new("case_full", 409, "The case has as many of them as it may have");
    public static readonly ProblemKind WebhooksFull = new("webhooks_full", 409, "There are as many webhooks as there may be");
    public static readonly ProblemKind BacktestExists = new("backtest_exists", 409, "The backtest id was used before with another body");
    public static readonly ProblemKind BacktestEnded = new("backtest_ended", 409, "The backtest has ended and cannot be cancelled");
    public static readonly ProblemKind ReplayExists = new("replay_exists", 409, "The replay id was used before with another body");
    public static readonly ProblemKind ReplayTargetBusy = new("replay_target_busy", 409, "Another replay makes something of the target at present");
    public static readonly ProblemKind ReplayState = new("replay_state", 409, "From where the replay stands that is not done");
    public static readonly ProblemKind SegmentsFull = new("segments_full", 409, "There are as many segments as there may be");
    public static readonly ProblemKind RuleSetChanged = new("rule_set_changed", 412, "The rule set has changed since it was looked at");
    public static readonly ProblemKind SagaChanged = new("saga_changed", 412, "The saga has changed since it was looked at");
    public static readonly ProblemKind CaseChanged = new("case_changed", 412, "The case has changed since it was looked at");
    public static readonly ProblemKind ModelChanged = new("model_changed", 412, "The model has changed since it was looked at");
    public static readonly ProblemKind SegmentChanged = new("segment_changed", 412, "The segment has changed since it was looked at");
    public static readonly ProblemKind BodyTooLarge = new("body_too_large", 413, "The body is too large");
    public static readonly ProblemKind UnsupportedMediaType = new("unsupported_media_type", 415, "The body has a media type that is not taken here");
    public static readonly ProblemKind TooManyRequests = new("too_many_requests", 429, "Too many requests; try again later");
    public static readonly ProblemKind ReplaysFull = new("replays_full", 429, "Too many replays wait already; try again later");
    public static readonly ProblemKind BacktestsFull = new("backtests_full", 429, "Too many backtests wait already; try again later");
    public static readonly ProblemKind RedrivesFull = new("redrives_full", 429, "Too many redrives are open already; try again later");
    public static readonly ProblemKind Internal = new("internal", 500, "Something went wrong here");
    public static readonly ProblemKind TraceNotAvailable = new("trace_not_available", 501, "This service has nothing that makes decisions again");
    public static readonly ProblemKind WebhooksNotConfigured = new("webhooks_not_configured", 501, "This service has no key for webhooks");
    public static readonly ProblemKind ParkedEditsOff = new("parked_edits_off", 501, "Parked messages may not be edited here");
    public static readonly ProblemKind Unavailable = new("unavailable", 503, "The database cannot be reached; try again");
    public static readonly ProblemKind IssuerUnavailable = new("issuer_unavailable", 503, "The token cannot be checked; try again");
    public static readonly ProblemKind AuditUnavailable = new("audit_unavailable", 503, "The read cannot be recorded; try again");
    public static readonly ProblemKind TooManyListeners = new("too_many_listeners", 503, "As many listen already as may; try again");
    public static readonly ProblemKind LaneNotHere = new("lane_not_here", 503, "This process does not decide about the account now; try again");
    public static readonly ProblemKind TooManyDecisions = new("too_many_decisions", 503, "Too many decisions wait to be written; try again");
    public static readonly ProblemKind DecisionLate = new("decision_late", 503, "The decision was not there in time; try again");
    public static readonly ProblemKind DecisionNotPublished = new("decision_not_published", 503, "Nobody knows whether the decision was written; try again");
    public static readonly ProblemKind DecisionNotStored = new("decision_not_stored", 503, "The decision is not stored yet; try again");
    public static readonly ProblemKind ProjectionNotReady = new("projection_not_ready", 503, "What answers this is still being built; try again");
    public static readonly ProblemKind TooManyEvents = new("too_many_events", 503, "Too many events wait to be published; try again");
    public static readonly ProblemKind ActivityNotPublished = new("activity_not_published", 503, "Nobody knows whether the events were published; try again");

    /// <summary>All of them, by status.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        NotJson, WrongShape, Invalid, StatementRefused, RuleSetInvalid, ModelInvalid, BadRequest, Unauthenticated, WriteKeyUnknown, Forbidden, FourEyes, MakerIsChecker,
        OriginNotAllowed, NotFound, AccountNotFound, AccountOpening, ApplicationNotFound, TransactionNotFound, TransferNotFound, HoldNotFound, CommandNotFound,
        ParkedNotFound, ParkedEditNotFound, RedriveNotFound, ProjectionNotFound, StatementNotFound, ReportNotFound, ReconciliationNotFound, RuleSetNotFound, ModelNotFound, ListNotFound, DecisionNotFound,
        CaseNotFound, AttachmentNotFound, LinkNotFound, WebhookNotFound, BacktestNotFound, ReplayNotFound, MachineNotFound, SagaNotFound, JobNotFound, VisitorNotFound, SegmentNotFound,
        CustomerNotFound, MethodNotAllowed, NotAcceptable, IdempotencyKeyReused, AccountExists, AccountRefused, CommandExists, TransferNotPosted, HoldOfTransfer,
        TransactionExists, TransactionEnded, TransactionNotHeld, TransactionUnderWay, TransactionNotAuthorised, CaptureExists, TransactionNotCompleted, ReviewExists,
        SagaOperationRefused, ParkedBehind, ParkedRequested, ParkedEditExists, ParkedEditEnded, RedriveEnded, RebuildRunning, CheckRunning, MonthNotOver, BreakNotOpen, PostingMatched, RuleSetExists, RuleSetState, ModelExists,
        ModelState, ListExists, ListFull, LabelExists, DecisionExists, DecisionNotReplayable, CaseRefused, CaseFull, WebhooksFull, BacktestExists, BacktestEnded,
        ReplayExists, ReplayTargetBusy, ReplayState, SegmentsFull, RuleSetChanged, SagaChanged, CaseChanged, ModelChanged, SegmentChanged, BodyTooLarge, UnsupportedMediaType, TooManyRequests, ReplaysFull, BacktestsFull,
        RedrivesFull, Internal, TraceNotAvailable, WebhooksNotConfigured, ParkedEditsOff, Unavailable, IssuerUnavailable, AuditUnavailable, TooManyListeners, LaneNotHere, TooManyDecisions,
        DecisionLate, DecisionNotPublished, DecisionNotStored, ProjectionNotReady, TooManyEvents, ActivityNotPublished,
    ];

    /// <summary>The kind for an error that carries no more than a status.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Unauthenticated,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        406 => NotAcceptable,
        413 => BodyTooLarge,
        415 => UnsupportedMediaType,
        429 => TooManyRequests,
        503 => Unavailable,
        >= 500 => Internal,
        _ => BadRequest,
    };
}
