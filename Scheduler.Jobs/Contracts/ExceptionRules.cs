namespace Scheduler.Jobs.Contracts;

/// <summary>What a job type's <see cref="OnExceptionAttribute"/>s say.</summary>
internal sealed class ExceptionRules(IEnumerable<OnExceptionAttribute> declared)
{
    private readonly OnExceptionAttribute[] rules = [.. declared];

    public static ExceptionRules None { get; } = new([]);

    /// <summary>The rule of the exception's own type or of its nearest base type; null where there is none.</summary>
    public OnExceptionAttribute? For(Exception exception)
    {
        if (rules.Length == 0)
            return null;
        for (var type = exception.GetType(); type is not null; type = type.BaseType)
        {
            if (Array.Find(rules, rule => rule.Exception == type) is { } found)
                return found;
        }

        return null;
    }
}
