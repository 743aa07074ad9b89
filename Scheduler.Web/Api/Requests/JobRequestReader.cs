using System.Text.Json;
using Scheduler.Jobs.Contracts;
using Scheduler.Jobs.Engine;
using Scheduler.Web.Api.Bodies;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Requests;

/// <summary>Turns the JSON of one job into a checked job, or says all that is wrong with it.</summary>
internal sealed class JobRequestReader(JobTypeRegistry types, JobStore jobs, TimeProvider time)
{
    public const int MinAttempts = 1;
    public const int MaxAttempts = 100;

    private static readonly JsonElement NoArgs = JsonElement.Parse("{}");

    /// <param name="pointer">Where the job is in the body; empty for the body itself.</param>
    /// <returns>Null where errors were added.</returns>
    public NewJob? Read(JsonElement body, string pointer, ValidationErrors errors)
    {
        var before = errors.Count;
        if (JsonFields.Of(body, pointer, errors) is not { } fields)
            return null;
        var type = ReadType(fields, types);
        var args = ReadArgs(fields, type, errors);
        var job = ReadJob(fields, type, args);
        fields.RefuseOthers();
        return errors.Count == before ? job : null;
    }

    /// <summary>The descriptor of the member <c>type</c>; null, and an error, where there is none.</summary>
    public static JobTypeDescriptor? ReadType(JsonFields fields, JobTypeRegistry types)
    {
        if (fields.RequiredText("type") is not { } name)
            return null;
        if (types.TryGet(name, out var descriptor))
            return descriptor;
        var shown = name.Length <= 100 ? name : name[..100].TrimEnd() + "...";
        fields.Refuse("type", $"'{shown}' is not a job type; GET /api/v1/job-types lists them", ProblemCodes.UnknownJobType);
        return null;
    }

    /// <summary>The arguments as compact JSON, checked against the type's schema.</summary>
    public static string ReadArgs(JsonFields fields, JobTypeDescriptor? type, ValidationErrors errors)
    {
        var args = fields.Value("args") ?? NoArgs;
        if (args.ValueKind != JsonValueKind.Object)
            fields.Refuse("args", "must be an object", ProblemCodes.InvalidArgs);
        else if (type is not null)
            CheckArgs(args, fields.PointerTo("args"), type, errors);
        return CompactJson.Write(args);
    }

    public static void CheckArgs(JsonElement args, string pointer, JobTypeDescriptor type, ValidationErrors errors)
    {
        foreach (var (below, messages) in type.Validate(args))
        {
            foreach (var message in messages)
                errors.Add(pointer + below, message.TrimEnd('.'), ProblemCodes.InvalidArgs);
        }
    }

    private NewJob ReadJob(JsonFields fields, JobTypeDescriptor? type, string args)
    {
        var delay = fields.Duration("delay");
        var runAt = fields.Instant("runAt");
        if (delay is not null && runAt is not null)
            fields.Refuse("runAt", "and delay exclude each other");
        var (retry, maxAttempts) = RetryRequestReader.Read(fields, delay ?? (runAt - time.GetUtcNow()));
        return new NewJob
        {
            Id = jobs.NewId(),
            Type = type?.Name ?? "",
            Args = args,
            Queue = fields.Queue("queue") ?? type?.Queue ?? "",
            Delay = delay,
            RunAt = runAt,
            ExpiresIn = fields.PositiveDuration("expiresIn"),
            Tags = fields.Tags("tags"),
            MaxAttempts = maxAttempts,
            Retry = retry,
            Timeout = fields.PositiveDuration("timeout"),
            HeartbeatTimeout = fields.PositiveDuration("heartbeatTimeout"),
        };
    }
}
