using Scheduler.Jobs.Audit;
using Scheduler.Web.Auth;

namespace Scheduler.Web.Audit;

/// <summary>What two calls must share to be one entry.</summary>
internal readonly record struct AuditCall(string Who, string From, string Method, string Path, int Status)
{
    private const int LongestPath = 300;

    /// <summary>Stands for the calls that were too many to tell apart.</summary>
    public static readonly AuditCall Rest = new("many", "", "", "too many different calls in one second", 0);

    /// <summary>The path as it was encoded on the wire: no line break of a caller's reaches a log.</summary>
    public static AuditCall Of(HttpContext context)
    {
        var path = context.Request.Path.ToUriComponent();
        return new AuditCall(
            Caller.Of(context.User),
            context.Connection.RemoteIpAddress?.ToString() ?? "",
            context.Request.Method is { Length: <= 16 } method ? method : "other",
            path.Length <= LongestPath ? path : path[..LongestPath],
            context.Response.StatusCode);
    }

    public AuditEntry ToEntry(DateTimeOffset at, string traceId) => new(at, Who, From, Method, Path, Status, Count: 1, traceId);
}
