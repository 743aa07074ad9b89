using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Scheduler.Jobs.Hosting;

namespace Scheduler.Jobs.Contracts;

/// <summary>Finds the job types of assemblies. Everything wrong with one stops the start with a sentence that names the class.</summary>
internal static partial class JobTypeScanner
{
    /// <exception cref="ConfigurationException">A class breaks a rule, or two carry one name.</exception>
    public static IReadOnlyList<JobTypeDescriptor> Scan(IEnumerable<Assembly> assemblies)
    {
        var found = assemblies.Distinct().SelectMany(TypesOf).Select(Describe).ToList();
        if (found.GroupBy(d => d.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ConfigurationException($"The job type {twice.Key} is declared by {string.Join(" and by ", twice.Select(d => NameOf(d.HandlerType)))}; a name belongs to one class.");
        return found;
    }

    /// <summary>What one class with <see cref="JobTypeAttribute"/> declares. Its arguments and result are not looked at before it is prepared or used.</summary>
    public static JobTypeDescriptor Describe(Type handler)
    {
        var declared = handler.GetCustomAttribute<JobTypeAttribute>()
            ?? throw new ConfigurationException($"{NameOf(handler)} has no [JobType] attribute.");
        Require(JobTypeName().IsMatch(declared.Name), handler, $"has the job type name '{declared.Name}'; a name is 1 to 100 characters of a-z, 0-9, dot, dash and underscore");
        Require(QueueName().IsMatch(declared.Queue), handler, $"names the queue '{declared.Queue}'; a queue is 1 to 64 characters of a-z, 0-9, dash and underscore");
        Require(declared.MaxAttempts is >= 0 and <= 100, handler, $"asks for {declared.MaxAttempts} attempts; 1 to 100, or 0 for the configured number");
        Require(handler is { IsAbstract: false, ContainsGenericParameters: false }, handler, "cannot be made: a job handler is neither abstract nor generic");

        var contracts = handler.GetInterfaces().Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IJobHandler<,>)).ToList();
        Require(contracts.Count == 1, handler, $"has [JobType] and implements IJobHandler<TArgs, TResult> {contracts.Count} times; exactly once is needed");
        var (args, result) = (contracts[0].GenericTypeArguments[0], contracts[0].GenericTypeArguments[1]);
        var exclusive = handler.GetCustomAttribute<ExclusiveAttribute>();
        var isolated = handler.GetCustomAttribute<IsolatedAttribute>();
        Require(isolated is null or { MemoryLimitMegabytes: 0 or >= 64 }, handler, "has [Isolated] with MemoryLimitMegabytes below 64; a child process needs that much for itself");

        var limits = handler.GetCustomAttribute<TimeLimitAttribute>();
        if (RetryDeclarations.MistakeOf(handler) is { } mistake)
            Require(false, handler, mistake);

        var schema = new Lazy<JsonNode>(() => SchemaOf(handler, args, exclusive));
        var runner = new Lazy<HandlerRunner>(() => HandlerRunner.Create(handler, args, result, schema));
        return new JobTypeDescriptor
        {
            Name = declared.Name,
            Description = declared.Description,
            Queue = declared.Queue,
            MaxAttempts = declared.MaxAttempts == 0 ? null : declared.MaxAttempts,
            CpuBound = declared.CpuBound,
            Exclusive = exclusive,
            Isolated = isolated,
            Retry = RetryDeclarations.RulesOf(handler),
            OnException = RetryDeclarations.ExceptionRulesOf(handler),
            Timeout = RetryDeclarations.Positive(limits?.Seconds),
            HeartbeatTimeout = RetryDeclarations.Positive(limits?.HeartbeatSeconds),
            HandlerType = handler,
            Schema = schema,
            Prepare = () => runner.Value.Prepare(),
            Validate = value => runner.Value.Validate(value),
            RunAsync = (services, json, job, cancellationToken) => runner.Value.RunAsync(services, json, job, cancellationToken),
        };
    }

    internal static bool IsJobTypeName(string name) => JobTypeName().IsMatch(name);

    private static JsonObject SchemaOf(Type handler, Type args, ExclusiveAttribute? exclusive)
    {
        var schema = ArgsSchema.Of(args);
        Require(schema is not null, handler, $"takes {args.Name} as arguments; they must be a record or class that reads a JSON object");
        CheckExclusive(handler, exclusive, schema!);
        return schema!;
    }

    private static void CheckExclusive(Type handler, ExclusiveAttribute? exclusive, JsonObject schema)
    {
        if (exclusive is null)
            return;
        Require(exclusive.Resource.Length > 0, handler, "has [Exclusive] with an empty resource");
        Require(exclusive.RetrySeconds is > 0 and <= 86_400, handler, "has [Exclusive] with RetrySeconds that are not between 0 and 86400");
        Require(exclusive.MaximumHoldSeconds is > 0 and <= 366 * 86_400.0, handler, "has [Exclusive] with MaximumHoldSeconds that are not between 0 and 366 days");
        if (schema["properties"] is not JsonObject members)
            return;
        foreach (Match place in Placeholder().Matches(exclusive.Resource))
            Require(members.ContainsKey(place.Groups[1].Value), handler, $"has [Exclusive(\"{exclusive.Resource}\")], but its arguments have no member '{place.Groups[1].Value}' (names are as in the JSON)");
    }

    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes().Where(t => t.IsDefined(typeof(JobTypeAttribute), inherit: false));
        }
        catch (ReflectionTypeLoadException problem)
        {
            throw new ConfigurationException(
                $"The job types of {assembly.GetName().Name} cannot be read, because something they need is missing: {problem.LoaderExceptions.FirstOrDefault(e => e is not null)?.Message}", problem);
        }
    }

    private static void Require(bool holds, Type handler, string otherwise)
    {
        if (!holds)
            throw new ConfigurationException($"{NameOf(handler)} {otherwise}.");
    }

    private static string NameOf(Type handler) => $"{handler.FullName} ({handler.Assembly.GetName().Name})";

    [GeneratedRegex(@"^[a-z0-9_.-]{1,100}\z")]
    private static partial Regex JobTypeName();

    [GeneratedRegex(@"^[a-z0-9_-]{1,64}\z")]
    private static partial Regex QueueName();

    /// <summary><c>{member}</c> in an <see cref="ExclusiveAttribute"/> pattern.</summary>
    [GeneratedRegex(@"\{([^{}]+)\}")]
    internal static partial Regex Placeholder();
}
