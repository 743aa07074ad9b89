using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Scheduler.Jobs.Contracts;

/// <summary>Everything of one job type that depends on its .NET types, made once, so that a run needs no reflection.</summary>
internal abstract class HandlerRunner
{
    /// <summary>The largest result that is stored, in bytes of JSON.</summary>
    public const int MaxResultBytes = 1024 * 1024;

    /// <summary>Makes now what is else made at the first use, so that what is wrong with it shows at the start.</summary>
    public abstract void Prepare();

    public abstract IReadOnlyDictionary<string, string[]> Validate(JsonElement args);

    public abstract Task<string?> RunAsync(IServiceProvider services, string args, JobContext job, CancellationToken cancellationToken);

    public static HandlerRunner Create(Type handler, Type args, Type result, Lazy<JsonNode> schema) =>
        (HandlerRunner)Activator.CreateInstance(typeof(HandlerRunner<,,>).MakeGenericType(handler, args, result), schema)!;
}

/// <inheritdoc/>
internal sealed class HandlerRunner<THandler, TArgs, TResult>(Lazy<JsonNode> schema) : HandlerRunner
    where THandler : class, IJobHandler<TArgs, TResult>
{
    private readonly Lazy<SchemaValidator> validator = new(() => new SchemaValidator(schema.Value));
    private readonly ObjectFactory<THandler> create = ActivatorUtilities.CreateFactory<THandler>([]);

    public override void Prepare() => _ = validator.Value;

    /// <summary>First the schema; then, so that an accepted job can always be read, the reading itself and the record's own rules.</summary>
    public override IReadOnlyDictionary<string, string[]> Validate(JsonElement args)
    {
        var errors = validator.Value.Validate(args);
        return errors.Count > 0 ? errors : Read(() => args.Deserialize<TArgs>(JobJson.StrictOptions)).Errors;
    }

    public override async Task<string?> RunAsync(IServiceProvider services, string args, JobContext job, CancellationToken cancellationToken)
    {
        var (read, errors) = Read(() => JsonSerializer.Deserialize<TArgs>(args, JobJson.StrictOptions));
        if (errors.Count > 0 || read is null)
            throw new JobFailedException($"The stored arguments do not fit job type {job.Type} as this worker knows it: {Describe(args, errors)}.");

        if (services.GetService<THandler>() is { } registered)
            return ToJson(await registered.RunAsync(read, job, cancellationToken), job);
        var handler = create(services, []);
        try
        {
            return ToJson(await handler.RunAsync(read, job, cancellationToken), job);
        }
        finally
        {
            await DisposeAsync(handler);
        }
    }

    private static (TArgs? Args, IReadOnlyDictionary<string, string[]> Errors) Read(Func<TArgs?> deserialize)
    {
        var errors = new SchemaErrors();
        TArgs? args = default;
        try
        {
            args = deserialize();
            if (args is IValidatableObject rules)
                CheckRules(rules, errors);
        }
        catch (JsonException problem)
        {
            errors.Add(PointerOf(problem.Path), "has a value that cannot be read");
        }
        catch (ArgumentException problem)
        {
            // Thrown by the record's own constructor; its first line is written for the caller.
            errors.Add("", problem.Message.Split('\n')[0]);
        }
        return (args, errors.ToDictionary());
    }

    private static void CheckRules(IValidatableObject rules, SchemaErrors errors)
    {
        foreach (var problem in rules.Validate(new ValidationContext(rules)))
        {
            var member = problem.MemberNames.FirstOrDefault();
            errors.Add(
                member is null ? "" : SchemaErrors.Below("", JsonNamingPolicy.CamelCase.ConvertName(member)),
                problem.ErrorMessage ?? "is not valid");
        }
    }

    // $.a.b[2] as /a/b/2: exact for the plain member names that records have.
    private static string PointerOf(string? path) =>
        path is null or "$" ? "" : path[1..].Replace("]", "", StringComparison.Ordinal).Replace('[', '/').Replace('.', '/');

    private string Describe(string args, IReadOnlyDictionary<string, string[]> errors)
    {
        try
        {
            using var document = JsonDocument.Parse(args);
            if (validator.Value.Validate(document.RootElement) is { Count: > 0 } byRule)
                errors = byRule;
        }
        catch (JsonException)
        {
            return "they are not JSON";
        }
        return string.Join("; ", errors.Take(5).Select(e => $"{(e.Key.Length == 0 ? "the object" : e.Key)} {e.Value[0]}"));
    }

    private static string? ToJson(TResult result, JobContext job)
    {
        if (result is null or NoResult)
            return null;
        string json;
        try
        {
            json = JsonSerializer.Serialize(result, JobJson.Options);
        }
        catch (Exception problem) when (problem is JsonException or NotSupportedException)
        {
            throw new JobFailedException($"The job ran, but its result cannot be written as JSON: {problem.Message}", problem);
        }
        var size = Encoding.UTF8.GetByteCount(json);
        return size <= MaxResultBytes
            ? json
            : throw new JobFailedException($"The job ran, but the result of {job.Type} has {size} bytes and at most {MaxResultBytes} are kept; store it elsewhere and return where it is.");
    }

    private static ValueTask DisposeAsync(THandler handler)
    {
        if (handler is IAsyncDisposable asynchronous)
            return asynchronous.DisposeAsync();
        (handler as IDisposable)?.Dispose();
        return ValueTask.CompletedTask;
    }
}
