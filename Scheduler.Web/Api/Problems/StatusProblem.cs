using Microsoft.AspNetCore.Diagnostics;

namespace Scheduler.Web.Api.Problems;

/// <summary>Gives a body to refusals of the framework itself, which have none: unknown routes, wrong methods.</summary>
internal static class StatusProblem
{
    public static Task WriteAsync(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return For(http.Response.StatusCode).ExecuteAsync(http);
    }

    private static ApiProblem For(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => new(status, ProblemCodes.Unauthorized, "An API key is needed."),
        StatusCodes.Status403Forbidden => new(status, ProblemCodes.Forbidden, "The API key may not do this."),
        StatusCodes.Status404NotFound => Problem.RouteNotFound(),
        StatusCodes.Status405MethodNotAllowed => Problem.MethodNotAllowed(),
        StatusCodes.Status413PayloadTooLarge => Problem.BodyTooLarge("The server takes no body of this size."),
        StatusCodes.Status415UnsupportedMediaType => Problem.UnsupportedMediaType("application/json"),
        StatusCodes.Status503ServiceUnavailable => Problem.StorageUnavailable(),
        >= 500 => Problem.Internal() with { Status = status },
        _ => new(status, ProblemCodes.BadRequest, "The request was refused."),
    };
}
