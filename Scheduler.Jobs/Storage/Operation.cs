using StackExchange.Redis;

namespace Scheduler.Jobs.Storage;

/// <summary>One operation of a transaction, as <c>apply_transaction.lua</c> names it.</summary>
internal sealed record Operation(string Name, params RedisValue[] Arguments)
{
    public void AppendTo(List<RedisValue> arguments)
    {
        arguments.Add(Name);
        arguments.Add(Arguments.Length);
        arguments.AddRange(Arguments);
    }
}
