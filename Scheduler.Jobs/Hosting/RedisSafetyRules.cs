namespace Scheduler.Jobs.Hosting;

/// <summary>What makes a Redis unsafe to trust with jobs, each as a sentence to act on. The gravest comes first.</summary>
internal static class RedisSafetyRules
{
    /// <summary>Commands and arguments that the scripts use came with it.</summary>
    private static readonly Version Oldest = new(6, 2);

    private const string HowToAllow = "or set Scheduler:AllowUnsafeRedis to true if you accept that.";

    public static IReadOnlyList<string> ProblemsOf(ServerFacts facts, RedisAddress address, DurabilityLevel wanted = DurabilityLevel.Local) =>
    [
        .. new[]
        {
            PasswordProblem(address), EvictionProblem(facts, address), FileProblem(facts, address), FsyncProblem(facts, address, wanted),
            VersionProblem(facts, address), UserProblem(facts, address),
        }.OfType<string>(),
    ];

    private static string? PasswordProblem(RedisAddress address) => address.IsLoopback || address.HasCredentials
        ? null
        : $"Redis at {address.Description} would be used over the network without a password; add password=... to ConnectionStrings:Redis, {HowToAllow}";

    private static string? EvictionProblem(ServerFacts facts, RedisAddress address) => facts.EvictionPolicy is null or "noeviction"
        ? null
        : $"Redis at {address.Description} has the eviction policy '{facts.EvictionPolicy}' and would drop jobs when its memory is full; set maxmemory-policy to noeviction there, {HowToAllow}";

    private static string? FileProblem(ServerFacts facts, RedisAddress address) => facts.AppendOnly is null or true
        ? null
        : $"Redis at {address.Description} has no append-only file and would lose acknowledged jobs when it restarts; set appendonly to yes there, {HowToAllow}";

    private static string? FsyncProblem(ServerFacts facts, RedisAddress address, DurabilityLevel wanted) =>
        wanted != DurabilityLevel.Fsync || facts is { AppendOnly: not true } or { Fsync: null or "always" }
            ? null
            : $"Redis at {address.Description} has appendfsync '{facts.Fsync}', but Scheduler:Durability:Level asks for Fsync; set appendfsync to always there, {HowToAllow}";

    private static string? VersionProblem(ServerFacts facts, RedisAddress address) => facts.Version is null || facts.Version >= Oldest
        ? null
        : $"Redis at {address.Description} is version {facts.Version}, but the scheduler needs {Oldest} or newer; upgrade it, {HowToAllow}";

    private static string? UserProblem(ServerFacts facts, RedisAddress address) => address.IsLoopback || !address.HasCredentials || facts.User is not "default"
        ? null
        : $"Redis at {address.Description} is used as its default user, who may do everything there; make a user with the rights that docs/security.md lists and name it in ConnectionStrings:Redis (user=...), {HowToAllow}";
}
