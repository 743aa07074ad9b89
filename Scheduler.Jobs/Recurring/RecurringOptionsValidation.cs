using Microsoft.Extensions.Options;

namespace Scheduler.Jobs.Recurring;

/// <summary>The misfire threshold is <see cref="Hosting.SchedulerOptions"/>' too, and checked there.</summary>
internal sealed class RecurringOptionsValidation : IValidateOptions<RecurringOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, RecurringOptions options)
    {
        List<string> wrong = [];
        Check("Recurring:MinInterval", options.MinInterval);
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);

        void Check(string key, TimeSpan value)
        {
            if (value < Shortest || value > Longest)
                wrong.Add($"Scheduler:{key} ({value}) must be between {Shortest} and 1 day.");
        }
    }
}
