using System.Text.Json;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <param name="Level">Information, Warning, Error... as <c>ILogger</c> names them.</param>
internal sealed record JobLogLine(DateTimeOffset At, string Level, string Message, int Attempt);

/// <param name="Truncated">True where older lines were dropped to keep the log within its cap.</param>
internal sealed record JobLog(IReadOnlyList<JobLogLine> Lines, bool Truncated);

/// <summary>The captured log lines of jobs: the newest 64 KB of each.</summary>
internal sealed class JobLogStore(RedisClient redis)
{
    /// <summary>Bytes of JSON kept for one job.</summary>
    public const int Cap = 65_536;

    private const int LongestMessage = 4_000;

    private static readonly RedisScript AppendLogs = RedisScript.Load("append_logs");

    public Task AppendAsync(string jobId, IReadOnlyList<JobLogLine> lines, CancellationToken cancellationToken)
    {
        var texts = lines.Select(line => (RedisValue)JsonSerializer.Serialize(Shorten(line), JsonSerializerOptions.Web));
        return AppendLogs.RunAsync(redis, [], [jobId, Cap, .. texts]).WaitAsync(cancellationToken);
    }

    public async Task<JobLog> ReadAsync(string jobId, CancellationToken cancellationToken)
    {
        var lines = redis.ListRangeAsync(redis.Keys.JobLogs(jobId));
        var truncated = redis.HashExistsAsync(redis.Keys.JobHash(jobId), JobFields.LogTruncated);
        await Task.WhenAll(lines, truncated).WaitAsync(cancellationToken);
        return new JobLog([.. (await lines).Select(Parse)], await truncated);
    }

    private static JobLogLine Shorten(JobLogLine line) =>
        line.Message.Length <= LongestMessage ? line : line with { Message = line.Message[..LongestMessage] + "... (cut)" };

    private static JobLogLine Parse(RedisValue text) => JsonSerializer.Deserialize<JobLogLine>(text.ToString(), JsonSerializerOptions.Web)!;
}
