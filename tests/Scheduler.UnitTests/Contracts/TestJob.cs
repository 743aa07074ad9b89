using Microsoft.Extensions.Logging.Abstractions;
using Scheduler.Jobs.Contracts;

namespace Scheduler.UnitTests.Contracts;

internal static class TestJob
{
    public static JobContext Context(string type, int attempt = 1, Action<JobProgress>? progress = null) => new()
    {
        Id = "01jobofatest",
        Type = type,
        Queue = "default",
        Attempt = attempt,
        MaxAttempts = 10,
        FencingToken = 1,
        Logger = NullLogger.Instance,
        Progress = progress ?? (_ => { }),
    };
}
