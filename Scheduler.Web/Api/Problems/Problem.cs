namespace Scheduler.Web.Api.Problems;

/// <summary>The problems of this API, each spelled once.</summary>
internal static class Problem
{
    public static ApiProblem MalformedJson(string detail) =>
        new(400, ProblemCodes.MalformedJson, "The body is not acceptable JSON.", detail);

    public static ApiProblem InvalidIdempotencyKey() =>
        new(400, ProblemCodes.InvalidIdempotencyKey, "The Idempotency-Key header is malformed.",
            "Send one Idempotency-Key of 1 to 255 visible ASCII characters (no spaces).");

    public static ApiProblem IdempotencyKeyReused() =>
        new(422, ProblemCodes.IdempotencyKeyReused, "The Idempotency-Key was used with another body.",
            "Within 24 hours a key stands for one body; use a new key for a new request.");

    public static ApiProblem BodyTooLarge(string detail) => new(413, ProblemCodes.BodyTooLarge, "The body is too large.", detail);

    public static ApiProblem UnsupportedMediaType(string accepted) =>
        new(415, ProblemCodes.UnsupportedMediaType, "The content type is not supported.", $"Send {accepted} in UTF-8, not compressed.");

    public static ApiProblem InvalidQuery(string parameter, string message) =>
        new(422, ProblemCodes.InvalidQuery, "A query parameter is invalid.", $"{parameter} {message}.")
        {
            Errors = new Dictionary<string, string[]> { ["/" + parameter] = [message] },
        };

    public static ApiProblem InvalidQueueName() =>
        new(422, ProblemCodes.InvalidQueueName, "The queue name is invalid.", "Queue names are 1 to 64 of a-z, 0-9, _ and -.");

    public static ApiProblem TooManyJobs(int limit) =>
        new(422, ProblemCodes.TooManyJobs, "Too many jobs in one call.", $"One call takes at most {limit} jobs; send several.");

    public static ApiProblem JobNotFound() => NotFound(ProblemCodes.JobNotFound, "There is no such job.");

    public static ApiProblem RecurringNotFound() => NotFound(ProblemCodes.RecurringNotFound, "There is no such schedule.");

    public static ApiProblem CalendarNotFound() => NotFound(ProblemCodes.CalendarNotFound, "There is no such calendar.");

    public static ApiProblem CalendarInUse() =>
        new(409, ProblemCodes.CalendarInUse, "The calendar is in use.", "A schedule names it under exclude.calendars; put or delete that schedule first.");

    public static ApiProblem TooManyCalendars(int limit) =>
        new(422, ProblemCodes.TooManyCalendars, "There are too many calendars.", $"This server keeps {limit}; delete one first.");

    public static ApiProblem InvalidCalendar(string detail) =>
        new(422, ProblemCodes.InvalidRequest, "The calendar cannot be read.", detail);

    public static ApiProblem WorkerNotFound() => NotFound(ProblemCodes.WorkerNotFound, "There is no such worker.");

    public static ApiProblem QueueNotFound() => NotFound(ProblemCodes.QueueNotFound, "There is no such queue.");

    public static ApiProblem DeadLetterGroupNotFound() => NotFound(ProblemCodes.DeadLetterGroupNotFound, "No failed job has this fingerprint.");

    public static ApiProblem BulkNotFound() => NotFound(ProblemCodes.BulkNotFound, "There is no such bulk operation.");

    public static ApiProblem BulkAlreadyFinal() =>
        new(409, ProblemCodes.BulkAlreadyFinal, "The bulk operation has ended.", "Only one that waits or runs can be stopped.");

    public static ApiProblem BulkNotUndoable() =>
        new(409, ProblemCodes.BulkNotUndoable, "The bulk operation cannot be undone.", "Only deletes can, once they have ended, for 24 hours, and once.");

    public static ApiProblem RouteNotFound() =>
        new(404, ProblemCodes.RouteNotFound, "There is nothing at this path.", "The paths are listed in /openapi/v1.json and shown at /docs.");

    public static ApiProblem MethodNotAllowed() =>
        new(405, ProblemCodes.MethodNotAllowed, "This path does not take this method.", "The Allow header lists the methods it takes.");

    public static ApiProblem JobAlreadyFinal() =>
        new(409, ProblemCodes.JobAlreadyFinal, "The job is already final.", "A succeeded, failed or deleted job cannot be cancelled.");

    public static ApiProblem JobNotRequeueable() =>
        new(409, ProblemCodes.JobNotRequeueable, "The job cannot be requeued now.", "It waits in its queue or runs already.");

    public static ApiProblem JobNotWaiting() =>
        new(409, ProblemCodes.JobNotWaiting, "The job does not wait any more.", "Only a job that is scheduled or enqueued can be changed.");

    public static ApiProblem PreconditionFailed() =>
        new(412, ProblemCodes.PreconditionFailed, "The resource has another version.", "If-Match does not name the current ETag; read it again.");

    public static ApiProblem RateLimited(int retryAfterSeconds) =>
        new(429, ProblemCodes.RateLimited, "Too many requests.", "This API key has spent its requests per second.") { RetryAfterSeconds = retryAfterSeconds };

    public static ApiProblem StorageUnavailable(string? detail = null) =>
        new(503, ProblemCodes.StorageUnavailable, "The scheduler's storage cannot take this request now.",
            detail ?? "Try again after the time in Retry-After; repeat a POST with its Idempotency-Key.") { RetryAfterSeconds = 2 };

    public static ApiProblem Internal() =>
        new(500, ProblemCodes.InternalError, "The server failed to answer.", "The server's log has the cause under this traceId.");

    private static ApiProblem NotFound(string code, string title) => new(404, code, title);
}
