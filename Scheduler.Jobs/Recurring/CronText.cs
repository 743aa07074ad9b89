using System.Diagnostics.CodeAnalysis;
using Cronos;

namespace Scheduler.Jobs.Recurring;

/// <summary>A parsed cron expression of 5 fields, or 6 with seconds first. Both day fields must match where both are restricted.</summary>
internal sealed class CronText
{
    /// <summary>Longer texts are refused: nobody wrote them by hand.</summary>
    public const int MaxLength = 500;

    /// <summary>No expression is searched beyond this year.</summary>
    public const int LastYear = 2499;

    private static readonly string[] FieldNames = ["Seconds", "Minutes", "Hours", "Days of month", "Months", "Days of week"];

    private readonly CronExpression expression;

    private CronText(CronExpression expression, bool isInterval)
    {
        this.expression = expression;
        IsInterval = isInterval;
    }

    /// <summary>True where seconds, minutes or hours hold a <c>*</c>, a range or a step.</summary>
    public bool IsInterval { get; }

    /// <summary>The first matching local time at or after this one; null = none until <see cref="LastYear"/>.</summary>
    public DateTime? NextLocal(DateTime local) =>
        expression.GetNextOccurrence(DateTime.SpecifyKind(local, DateTimeKind.Utc), inclusive: true);

    /// <param name="seed">Chooses the value of an <c>H</c> field ("some minute, always the same one").</param>
    /// <param name="error">With the field and its position; continues a sentence whose subject is the expression.</param>
    public static bool TryParse(string text, int seed, [NotNullWhen(true)] out CronText? cron, [NotNullWhen(false)] out string? error)
    {
        cron = null;
        error = FindShapeError(text, out var fields);
        if (error is not null)
            return false;
        try
        {
            var expression = Parse(text, fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard, seed);
            cron = new CronText(expression, HasInterval(fields));
            return true;
        }
        catch (CronFormatException e)
        {
            error = Explain(e.Message, text, fields);
            return false;
        }
    }

    private static CronExpression Parse(string text, CronFormat format, int seed)
    {
        try
        {
            return CronExpression.Parse(text, format);
        }
        catch (MissingSeedException)
        {
            // Not given at once: with a seed, Cronos moves @daily off midnight too.
            return CronExpression.Parse(text, format, seed);
        }
    }

    private static string? FindShapeError(string text, out string[] fields)
    {
        fields = [];
        if (text.Length > MaxLength)
            return $"has {text.Length} characters; a cron expression has at most {MaxLength}";
        fields = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is 5 or 6 || (fields.Length == 1 && fields[0].StartsWith('@')))
            return null;
        return $"has {fields.Length} fields; a cron expression has 5, or 6 with seconds first";
    }

    private static bool HasInterval(string[] fields) => fields.Length == 1
        ? fields[0].StartsWith("@every", StringComparison.OrdinalIgnoreCase) || fields[0].Equals("@hourly", StringComparison.OrdinalIgnoreCase)
        : fields.Take(fields.Length - 3).Any(f => f.AsSpan().ContainsAny("*?-/"));

    /// <summary>Cronos names the field; people also want to see it and where it stands.</summary>
    private static string Explain(string message, string text, string[] fields)
    {
        const string Preamble = "The given cron expression has an invalid format. ";
        var reason = message.StartsWith(Preamble, StringComparison.Ordinal) ? message[Preamble.Length..] : message;
        var named = Array.FindIndex(FieldNames, n => reason.StartsWith(n + ":", StringComparison.Ordinal));
        var index = named - (FieldNames.Length - fields.Length);
        if (named < 0 || index < 0 || index >= fields.Length)
            return $"is not a cron expression: {reason.TrimEnd('.')}";
        return $"is not a cron expression: field {index + 1} (\"{fields[index]}\", at position {PositionOf(text, index) + 1}): {reason.TrimEnd('.')}";
    }

    private static int PositionOf(string text, int fieldIndex)
    {
        var position = 0;
        for (var field = 0; ; field++)
        {
            while (char.IsWhiteSpace(text[position]))
                position++;
            if (field == fieldIndex)
                return position;
            while (!char.IsWhiteSpace(text[position]))
                position++;
        }
    }
}
