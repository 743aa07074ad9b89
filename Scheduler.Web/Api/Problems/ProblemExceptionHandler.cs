using Microsoft.AspNetCore.Diagnostics;

namespace Scheduler.Web.Api.Problems;

/// <summary>The last catch: every exception becomes a problem, and what went wrong is in the log only.</summary>
internal sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger, TimeProvider time) : IExceptionHandler
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(5);

    private long lastStorageLog;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        await ProblemFor(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private ApiProblem ProblemFor(HttpContext context, Exception exception)
    {
        if (StorageFault.Is(exception))
        {
            LogStorageOnce(exception);
            return Problem.StorageUnavailable();
        }
        if (exception is BadHttpRequestException bad)
            return ForBadRequest(bad.StatusCode);
        LogUnexpected(context.Request.Method, context.Request.Path, exception);
        return Problem.Internal();
    }

    private static ApiProblem ForBadRequest(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => Problem.BodyTooLarge("The server takes no body of this size."),
        StatusCodes.Status408RequestTimeout => new(status, ProblemCodes.RequestTimeout, "The request came too slowly."),
        StatusCodes.Status415UnsupportedMediaType => Problem.UnsupportedMediaType("application/json"),
        _ => new(StatusCodes.Status400BadRequest, ProblemCodes.BadRequest, "The request is not valid HTTP for this path."),
    };

    /// <summary>An outage refuses every request: one line in a while says it.</summary>
    private void LogStorageOnce(Exception exception)
    {
        var last = Interlocked.Read(ref lastStorageLog);
        if (last != 0 && time.GetElapsedTime(last) < LogEvery)
            return;
        if (Interlocked.CompareExchange(ref lastStorageLog, time.GetTimestamp(), last) == last)
            LogStorage(exception);
    }

    [LoggerMessage(2000, LogLevel.Warning, "The storage is unavailable; requests are answered 503")]
    private partial void LogStorage(Exception exception);

    [LoggerMessage(2001, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogUnexpected(string method, PathString path, Exception exception);
}
