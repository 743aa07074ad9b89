namespace Scheduler.Web.Api.Problems;

/// <summary>The stable words of <c>code</c>. Clients branch on them: add, never rename.</summary>
internal static class ProblemCodes
{
    public const string MalformedJson = "malformed_json";
    public const string InvalidRequest = "invalid_request";
    public const string InvalidArgs = "invalid_args";
    public const string UnknownJobType = "unknown_job_type";
    public const string InvalidQuery = "invalid_query";
    public const string InvalidQueueName = "invalid_queue_name";
    public const string InvalidIdempotencyKey = "invalid_idempotency_key";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string InvalidEventId = "invalid_event_id";
    public const string TooManyJobs = "too_many_jobs";
    public const string BodyTooLarge = "body_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";

    public const string JobNotFound = "job_not_found";
    public const string RecurringNotFound = "recurring_not_found";
    public const string CalendarNotFound = "calendar_not_found";
    public const string WorkerNotFound = "worker_not_found";
    public const string QueueNotFound = "queue_not_found";
    public const string DeadLetterGroupNotFound = "dead_letter_group_not_found";
    public const string BulkNotFound = "bulk_not_found";
    public const string RouteNotFound = "route_not_found";
    public const string MethodNotAllowed = "method_not_allowed";

    public const string JobAlreadyFinal = "job_already_final";
    public const string JobNotRequeueable = "job_not_requeueable";
    public const string JobNotWaiting = "job_not_waiting";
    public const string CalendarInUse = "calendar_in_use";
    public const string TooManyCalendars = "too_many_calendars";
    public const string BulkAlreadyFinal = "bulk_already_final";
    public const string BulkNotUndoable = "bulk_not_undoable";
    public const string PreconditionFailed = "precondition_failed";

    public const string Unauthorized = "unauthorized";
    public const string Forbidden = "forbidden";
    public const string RateLimited = "rate_limited";

    public const string BadRequest = "bad_request";
    public const string RequestTimeout = "request_timeout";
    public const string StorageUnavailable = "storage_unavailable";
    public const string NotReady = "not_ready";
    public const string InternalError = "internal_error";
}
