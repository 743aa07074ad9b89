using System.Reflection;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.Client;

/// <summary>A job that .NET code asks for. Make one with <see cref="For{THandler}"/>, or with <see cref="Named"/> where the handler lives in another process.</summary>
public sealed record JobRequest
{
    private JobRequest(string type, object? args) => (Type, Args) = (type, args);

    /// <summary>The job type's name.</summary>
    public string Type { get; }

    /// <summary>The handler's argument record, or anything that is written as the same JSON object; null = no arguments.</summary>
    public object? Args { get; }

    /// <summary>Where it waits; null = the job type's queue.</summary>
    public string? Queue { get; init; }

    /// <summary>Wait this long by Redis's clock. Excludes <see cref="RunAt"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Not before this instant; one in the past means now.</summary>
    public DateTimeOffset? RunAt { get; init; }

    /// <summary>At most 20, each 1 to 64 of <c>[A-Za-z0-9._:-]</c>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Attempts in all, 1 to 100; null = the job type's or the configured number.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>The longest one attempt may take; null = no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>A job that has not started this long after it was to run is deleted; null = it waits for ever.</summary>
    public TimeSpan? ExpiresIn { get; init; }

    /// <summary>The longest silence of a handler that sends heartbeats; null = the job type's or the configured one.</summary>
    public TimeSpan? HeartbeatTimeout { get; init; }

    /// <summary>When failed attempts are tried again; null = as the job type or the configuration says.</summary>
    public JobRetry? Retry { get; init; }

    /// <summary>A job of this handler's type.</summary>
    /// <typeparam name="THandler">A class with <see cref="JobTypeAttribute"/>.</typeparam>
    /// <exception cref="ArgumentException">The class has no job type.</exception>
    public static JobRequest For<THandler>(object? args = null) where THandler : class => new(TypeOf<THandler>.Name, args);

    /// <summary>A job of this type. Where this process knows the type its arguments are checked here, else by the worker that runs it.</summary>
    public static JobRequest Named(string type, object? args = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        return new JobRequest(type, args);
    }

    private static class TypeOf<THandler>
    {
        private static readonly string? Declared = typeof(THandler).GetCustomAttribute<JobTypeAttribute>()?.Name;

        public static string Name => Declared ?? throw new ArgumentException($"{typeof(THandler).Name} has no [JobType] attribute.");
    }
}
