using Microsoft.Extensions.Logging.Abstractions;
using Scheduler.Jobs.Contracts;

namespace Scheduler.IntegrationTests.BuiltInJobs;

internal static class TestContexts
{
    public static JobContext Of(string type) => new()
    {
        Id = "01jobofatest", Type = type, Queue = "default", Attempt = 1, MaxAttempts = 10, FencingToken = 1, Logger = NullLogger.Instance,
    };
}
