using System.Globalization;
using System.Text.Json;
using Scheduler.Jobs.Engine;
using StackExchange.Redis;

namespace Scheduler.Jobs.Audit;

/// <summary>The newest entries of the audit log, for people to read; the host's own log has them all.</summary>
internal sealed class AuditStore(RedisClient redis)
{
    /// <summary>Entries kept.</summary>
    public const int Cap = 10_000;

    private static readonly RedisScript AppendAudit = RedisScript.Load("append_audit");

    public Task AppendAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken)
    {
        var texts = entries.Select(e => (RedisValue)JsonSerializer.Serialize(e, JsonSerializerOptions.Web));
        return AppendAudit.RunAsync(redis, [redis.Keys.AuditLog], [Cap, .. texts]).WaitAsync(cancellationToken);
    }

    /// <param name="before">The number of the last entry of the page before; null = from the newest.</param>
    public async Task<Page<AuditEntry>> ListAsync(int limit, string? before, CancellationToken cancellationToken)
    {
        var highest = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : double.PositiveInfinity;
        var members = await redis.SortedSetRangeBelowScoreAsync(redis.Keys.AuditLog, highest, take: limit + 1).WaitAsync(cancellationToken);
        var page = members.Take(limit).Select(m => m.ToString().Split(' ', 2)).ToList();
        return new Page<AuditEntry>(
            [.. page.Select(m => JsonSerializer.Deserialize<AuditEntry>(m[1], JsonSerializerOptions.Web)!)],
            members.Length > limit ? page[^1][0] : null);
    }
}
