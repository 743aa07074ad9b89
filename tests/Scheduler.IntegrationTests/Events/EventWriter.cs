using Scheduler.Jobs.Engine;

namespace Scheduler.IntegrationTests.Events;

/// <summary>Writes events the way every script does: with <c>emit</c> and <c>publish_events</c> of the product's shared Lua.</summary>
internal sealed class EventWriter(RedisClient redis)
{
    private const string Body = """

        for i = 1, tonumber(ARGV[2]) do
          emit(ARGV[3], { id = ARGV[4] .. i, Contract = ARGV[5], Queue = ARGV[6], Tags = ARGV[7] }, 'Succeeded', ARGV[8])
        end
        publish_events()
        return redis.call('GET', P .. 'events:seq')
        """;

    private static readonly string Shared = RedisScript.ReadWithIncludes("shared");

    public string Event { get; init; } = "job.succeeded";
    public string Type { get; init; } = "demo.echo";
    public string Queue { get; init; } = "default";
    public string Tags { get; init; } = "[]";
    public string Extra { get; init; } = "\"durationMs\":5,\"result\":{\"a\":1},\"error\":null";

    /// <summary>One script with so many events; gives the number of the last.</summary>
    public async Task<long> WriteAsync(int count = 1, string jobId = "job", string? name = null) =>
        (long)await redis.Database.ScriptEvaluateAsync(Shared + Body, [redis.Keys.Tx],
            [redis.Keys.Prefix, count, name ?? Event, jobId, Type, Queue, Tags, Extra]);

    public EventWriter With(string? type = null, string? queue = null, string? tags = null) => new(redis)
    {
        Event = Event,
        Type = type ?? Type,
        Queue = queue ?? Queue,
        Tags = tags ?? Tags,
        Extra = Extra,
    };
}
