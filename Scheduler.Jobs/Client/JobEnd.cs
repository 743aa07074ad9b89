using System.Text.Json;
using Scheduler.Jobs.Contracts;

namespace Scheduler.Jobs.Client;

/// <summary>How a job ended.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="State">One of <c>succeeded</c>, <c>failed</c>, <c>deleted</c>.</param>
/// <param name="ResultJson">What the handler returned, as JSON; null = nothing.</param>
/// <param name="ErrorType">The stable word of a failed job's error, for example <c>exception</c> or <c>timeout</c>.</param>
/// <param name="ErrorMessage">For a person.</param>
public sealed record JobEnd(string Id, string State, string? ResultJson, string? ErrorType, string? ErrorMessage)
{
    /// <summary>The job did what it was to do.</summary>
    public bool Succeeded => State == "succeeded";

    /// <summary>The result of a succeeded job.</summary>
    /// <exception cref="JobNotSucceededException">The job failed or was deleted.</exception>
    public T? ResultAs<T>() => Succeeded
        ? ResultJson is null ? default : JsonSerializer.Deserialize<T>(ResultJson, JobJson.Options)
        : throw new JobNotSucceededException(this);
}

/// <summary>A job whose result was asked for has failed or was deleted.</summary>
public sealed class JobNotSucceededException(JobEnd end)
    : Exception($"Job {end.Id} ended as {end.State}{(end.ErrorMessage is null ? "." : $" ({end.ErrorType}): {end.ErrorMessage}")}")
{
    /// <summary>How it ended.</summary>
    public JobEnd End { get; } = end;
}

/// <summary>There is no such job, or it ended so long ago that it is no longer kept.</summary>
public sealed class JobGoneException(string id) : Exception($"There is no job {id}.")
{
    /// <summary>The id asked for.</summary>
    public string Id { get; } = id;
}
